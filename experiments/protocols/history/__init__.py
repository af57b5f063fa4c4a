"""Protocol history: free runs of twelve presidential terms."""
