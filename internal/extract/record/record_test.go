package record_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trustaudit/internal/extract"
	"trustaudit/internal/extract/record"
)

type sink struct {
	extract.Sink
	got [][2]string
}

func (s *sink) Fields(names []string, values [][]byte) error {
	for i, name := range names {
		s.got = append(s.got, [2]string{name, string(values[i])})
	}
	return nil
}

func TestRecord(t *testing.T) {
	var s sink
	var r record.Record
	r.Add("text", []byte("one"))
	r.Add("empty", []byte(" "))
	r.Add("id", []byte(" 7 "))
	r.Add("text", []byte("three"))
	for range 2 { // the second time there is nothing to give
		if err := r.Give(&s); err != nil {
			t.Fatal(err)
		}
	}
	want := [][2]string{{"text", "one"}, {"id", "7"}, {"text", "three"}}
	if diff := cmp.Diff(want, s.got); diff != "" {
		t.Errorf("given (-want +got):\n%s", diff)
	}
}

func TestFull(t *testing.T) {
	var many, large record.Record
	for range 5000 {
		many.Add("n", []byte("v"))
	}
	large.Add("n", bytes.Repeat([]byte{7}, 1<<20))
	if !many.Full() || !large.Full() {
		t.Errorf("Full: many %v, large %v", many.Full(), large.Full())
	}
}

func TestSchemes(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{record.SchemeURI("https://fhir.nhs.uk/Id/nhs-number"), record.NHSNumber},
		{record.SchemeURI("http://fhir.nhs.net/Id/nhs-number/"), record.NHSNumber},
		{record.SchemeURI("urn:oid:2.16.840.1.113883.2.1.4.1"), record.NHSNumber},
		{record.SchemeURI("urn:oid:2.16.840.1.113883.2.1.3.2.4.16.53"), record.CHINumber},
		{record.SchemeURI("https://phfapi.digitalhealthscotland.net/resources/chi"), record.CHINumber},
		{record.SchemeURI("https://fhir.hscni.net/Id/hcn"), record.HCNumber},
		{record.SchemeURI("https://fhir.nhs.uk/Id/ods-organization-code"), record.OrgCode},
		{record.SchemeURI("https://fhir.nhs.uk/Id/sds-user-id"), record.StaffCode},
		{record.SchemeURI("https://fhir.hl7.org.uk/Id/gmc-number"), record.StaffCode},
		{record.SchemeURI("https://trust.example/Id/mrn"), record.HospitalNumber},
		{record.SchemeURI("https://trust.example/Id/thing"), record.Identifier},
		{record.SchemeURI(""), record.Identifier},
		{record.SchemeCode("nh"), record.NHSNumber},
		{record.SchemeCode("2.16.840.1.113883.2.1.4.1"), record.NHSNumber},
		{record.SchemeCode("MR"), record.HospitalNumber},
		{record.SchemeCode("RX1"), record.Identifier},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestIsTenDigits(t *testing.T) {
	for in, want := range map[string]bool{"9990123456": true, "999 012 3456": true, "999012345": false, "99901234567": false, "999012345X": false, "": false} {
		if got := record.IsTenDigits([]byte(in)); got != want {
			t.Errorf("IsTenDigits(%q) = %v", in, got)
		}
	}
}
