"""The command line `fer`: photos analysed, the app and the API started, the install checked."""
