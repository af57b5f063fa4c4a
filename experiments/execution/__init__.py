"""Engines that run tasks: process pool, Dask cluster, workers and progress."""
