"""Protocol history: free runs of many presidential terms."""
