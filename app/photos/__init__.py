"""The parts of the photos page, in the order of the page: upload, gallery, photo, download."""
