package main

import "os"

// maxRSS is not told of a finished process here.
func maxRSS(*os.ProcessState) int64 { return 0 }
