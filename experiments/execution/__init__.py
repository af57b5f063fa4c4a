"""Executors of tasks (this process, a process pool, a Dask cluster), the session that drives them, and progress."""
