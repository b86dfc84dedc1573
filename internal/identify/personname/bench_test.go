package personname

import (
	"strings"
	"testing"

	"trustaudit/internal/identify"
)

// The texts that the speed is measured on: prose of letters, and logs.
const (
	benchProse = `Northfold Teaching Hospitals NHS Trust, Department of Rheumatology. Clinic date: 12/03/2026.
Dear Doctor, I reviewed this pleasant lady in clinic today. She reports improved symptoms since starting treatment.
Blood pressure 138/82, pulse 74 regular. The plan is as follows. Bloods in three months. However, should she worsen, please
refer back. Her medication is unchanged. Thank you for your help. It was a pleasure. A copy goes to Mrs Smith.
On examination there was no swelling. X-ray shows early change. No further action. We shall see her in April.
Yours sincerely, Dr A. Whitcombe, Consultant. Northfold General Hospital, Castle Road, Exeter. Tel 01632 960909.
`
	benchLogs = `2026-11-20 10:11:12 INFO Worker-7 Request finished in 38 ms, Status=OK Host=NODE17 User=svc_backup Path=/API/v1/Items
2026-11-20 10:11:13 WARN Scheduler: Queue length 17 exceeds Limit "Level":"WARN","Component":"Broker","Message":"Slow consumer"
2026-11-20 10:11:13 ERROR Handler: Connection reset by peer Code: E1042 Retry: Yes Elapsed: 1.2s Thread: Main Class: Pool
`
)

// benchParse asks at every capital that begins a word.
func benchParse(b *testing.B, text string) {
	c := identify.Context{Text: []byte(strings.Repeat(text, 20))}
	var places []int
	for i, ch := range c.Text {
		if identify.IsUpper(ch) && !identify.IsWord(c.Before(i)) {
			places = append(places, i)
		}
	}
	found := 0
	for b.Loop() {
		for _, at := range places {
			if _, ok := Kind.Parse(&c, at); ok {
				found++
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(places)), "ns/capital")
	b.ReportMetric(float64(found)/float64(b.N*len(places)), "found/capital")
}

// benchSentences has few capitals that follow one another.
const benchSentences = `The patient was seen in clinic today. She has had no further pain and is sleeping well. We discussed the options at
length. Her blood pressure was raised on two occasions. In view of this I have increased the dose. Please could you check her bloods in
two weeks. If there is any concern do call. It was agreed that no further tests are needed. Thank you for your help with this.
`

func BenchmarkSentences(b *testing.B) { benchParse(b, benchSentences) }
func BenchmarkProse(b *testing.B)     { benchParse(b, benchProse) }
func BenchmarkLogs(b *testing.B)      { benchParse(b, benchLogs) }
