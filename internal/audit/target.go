package audit

import "strings"

// Target names one thing to examine, as a URL free of credentials and of
// anything that identifies a patient:
//
//	file:///srv/share        a folder (or one file) of a store
//	sqlite:///srv/pas.db     a database
//	net:10.0.0.0/24          a network or address to discover
//	tcp://10.0.0.5:21        an endpoint that answered
//	estate:                  the pseudo-target of checks that join targets
type Target string

// Estate is the target of checks with reach ReachEstate.
const Estate Target = "estate:"

// Scheme returns what stands before the first colon: the kind of target.
func (t Target) Scheme() string {
	scheme, _, _ := strings.Cut(string(t), ":")
	return scheme
}

// Endpoint returns host:port of a tcp target, or "".
func (t Target) Endpoint() string {
	endpoint, ok := strings.CutPrefix(string(t), "tcp://")
	if !ok {
		return ""
	}
	return endpoint
}

// Phase orders the units of a run.
type Phase int

// The phases of a run: units of an earlier one are done first, stores are read when
// all hosts are found, and follow-ups wait for all else at their host.
const (
	Discover Phase = iota
	Observe
	FollowUp
)

func (p Phase) String() string {
	return [...]string{"discover", "observe", "follow-up"}[p]
}

// Unit is the piece of work that is handed out, done, committed and resumed:
// one endpoint, one host, or a batch of items. Its ID is the same in every run
// over the same material, so that a resumed run knows what is done.
type Unit struct {
	ID      string `json:"id"` // probe/subject
	Probe   string `json:"probe"`
	Target  Target `json:"target"`
	Phase   Phase  `json:"phase"`
	Subject string `json:"subject,omitempty"` // what the probe is to look at within the target
}
