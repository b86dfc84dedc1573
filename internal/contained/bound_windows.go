package contained

// bound has nothing to do: the job that the process is in bounds it.
func bound() error { return nil }
