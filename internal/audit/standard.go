package audit

// Level is how far an outcome is achieved.
type Level string

// The levels of the CAF, lowest first. The empty Level is "not stated".
const (
	NotAchieved       Level = "not_achieved"
	PartiallyAchieved Level = "partially_achieved"
	Achieved          Level = "achieved"
)

// Rank orders levels; the empty level ranks 0.
func (l Level) Rank() int {
	switch l {
	case NotAchieved:
		return 1
	case PartiallyAchieved:
		return 2
	case Achieved:
		return 3
	}
	return 0
}

// Effect is what evidence of a kind does to an indicator.
type Effect string

// The effects. A finding refutes (the outcome is not achieved) or caps (it is
// at most the bearing's level); a clean result supports, and never proves.
const (
	Refutes  Effect = "refutes"
	Caps     Effect = "caps"
	Supports Effect = "supports"
)

// Confidence says how a row of an edition is known.
type Confidence string

// The confidences. Whatever rests on a row that is not confirmed says so.
const (
	RowConfirmed Confidence = "confirmed" // read in the authority's own publication
	RowInferred  Confidence = "inferred"  // follows from a related publication
	RowMemory    Confidence = "memory"    // recalled, not seen
)

// EditionStatus says whether an edition is in force.
type EditionStatus string

// The statuses of an edition.
const (
	EditionCurrent    EditionStatus = "current"
	EditionDraft      EditionStatus = "draft"
	EditionSuperseded EditionStatus = "superseded"
)

// Edition is one year's standard, all data.
type Edition struct {
	ID         string        `json:"id" yaml:"id"`
	Title      string        `json:"title" yaml:"title"`
	Year       string        `json:"year" yaml:"year"`
	Status     EditionStatus `json:"status" yaml:"status"`
	From       string        `json:"from" yaml:"from"`   // first day of the edition's year, YYYY-MM-DD
	Until      string        `json:"until" yaml:"until"` // last day
	Confidence Confidence    `json:"confidence" yaml:"confidence"`
	Source     string        `json:"source" yaml:"source"`
	Note       string        `json:"note,omitempty" yaml:"note"`
	LevelRule  string        `json:"level_rule" yaml:"level_rule"`   // in words; package score holds it in code
	StatusRule string        `json:"status_rule" yaml:"status_rule"` // likewise
	Objectives []Objective   `json:"objectives" yaml:"objectives"`
}

// Objective groups principles.
type Objective struct {
	ID         string      `json:"id" yaml:"id"`
	Title      string      `json:"title" yaml:"title"`
	Principles []Principle `json:"principles" yaml:"principles"`
}

// Principle groups outcomes.
type Principle struct {
	ID       string    `json:"id" yaml:"id"`
	Title    string    `json:"title" yaml:"title"`
	Outcomes []Outcome `json:"outcomes" yaml:"outcomes"`
}

// Outcome is what the standard asks to be achieved, with the level the profile
// requires and how that level is known.
type Outcome struct {
	ID             string     `json:"id" yaml:"id"`
	Title          string     `json:"title" yaml:"title"`
	Summary        string     `json:"summary" yaml:"summary"`
	Levels         []Level    `json:"levels" yaml:"levels"`
	Required       Level      `json:"required" yaml:"required"`
	Confidence     Confidence `json:"confidence" yaml:"confidence"`
	Source         string     `json:"source" yaml:"source"`
	PolicyQuestion string     `json:"policy_question,omitempty" yaml:"policy_question"`
	Mandated       bool       `json:"mandated,omitempty" yaml:"mandated"` // in this edition's independent assessment
	Bearings       []Bearing  `json:"bearings,omitempty" yaml:"bearings"`
}

// Bearing ties a kind of evidence to an indicator of an outcome. An indicator
// is one of the standard's statements: "NA#2", "PA#3", "A#1".
type Bearing struct {
	Outcome   string       `json:"outcome" yaml:"-"`
	Indicator string       `json:"indicator" yaml:"indicator"`
	Evidence  EvidenceKind `json:"evidence" yaml:"evidence"`
	Effect    Effect       `json:"effect" yaml:"effect"`
	Cap       Level        `json:"cap,omitempty" yaml:"cap"` // with Caps: the highest level left
	Says      string       `json:"says" yaml:"says"`         // in our words, what the evidence shows
}

// Outcomes lists the edition's outcomes in order.
func (e *Edition) Outcomes() []Outcome {
	var all []Outcome
	for _, o := range e.Objectives {
		for _, p := range o.Principles {
			all = append(all, p.Outcomes...)
		}
	}
	return all
}

// BearsOn lists the bearings of a kind of evidence, in the edition's order.
func (e *Edition) BearsOn(kind EvidenceKind) []Bearing {
	var all []Bearing
	for _, o := range e.Outcomes() {
		for _, b := range o.Bearings {
			if b.Evidence == kind {
				b.Outcome = o.ID
				all = append(all, b)
			}
		}
	}
	return all
}

// Standing is what the scan alone says of an outcome: four different things.
type Standing string

// The standings. Nothing here says "proved": a scan cannot.
const (
	Refuted     Standing = "refuted"
	Capped      Standing = "capped"
	Supported   Standing = "supported"
	NotAssessed Standing = "not assessed"
)

// Opinion is what is said of one outcome, and by whom.
type Opinion struct {
	Outcome    string     `json:"outcome"`
	Title      string     `json:"title"`
	Objective  string     `json:"objective"`
	Principle  string     `json:"principle"`
	Required   Level      `json:"required"`
	Confidence Confidence `json:"confidence"`         // of the required level
	Claimed    Level      `json:"claimed,omitempty"`  // by the trust
	Standing   Standing   `json:"standing"`           // of the scan
	Proposed   Level      `json:"proposed,omitempty"` // the highest level the evidence leaves; empty when it limits nothing
	Assessed   Level      `json:"assessed,omitempty"` // by the assessor
	Assessor   string     `json:"assessor,omitempty"` // who concluded
	Reason     string     `json:"reason,omitempty"`   // the assessor's
	Mandated   bool       `json:"mandated,omitempty"` // by the edition's independent assessment
	Because    []Because  `json:"because,omitempty"`  // what the standing rests on
	Caveats    []string   `json:"caveats,omitempty"`  // unconfirmed rows, unread material, accepted risks
}

// Because is one ground of an opinion.
type Because struct {
	Check     string `json:"check"`
	Target    Target `json:"target"`
	State     State  `json:"state"`
	Indicator string `json:"indicator"`
	Effect    Effect `json:"effect"`
	Says      string `json:"says"`
}
