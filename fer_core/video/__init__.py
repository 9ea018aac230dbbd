"""Videos in files: decoded in a worker, analysed at a chosen rate, drawn into and exported."""
