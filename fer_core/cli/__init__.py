"""The command line: photos analysed without a browser, and the installation checked."""
