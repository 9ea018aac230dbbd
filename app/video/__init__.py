"""The tab for videos on the page of photos and videos."""
