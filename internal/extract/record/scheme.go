package record

import "strings"

// The words for what an identifier is, as the names of fields have them: the
// column headings of the identifiers know them.
const (
	NHSNumber      = "NHS number"
	CHINumber      = "CHI number"
	HCNumber       = "health and care number"
	HospitalNumber = "hospital number"
	VisitNumber    = "visit number"
	NINumber       = "national insurance number"
	StaffCode      = "practitioner code"
	OrgCode        = "organisation code"
	Identifier     = "identifier"
)

// schemes are the object identifiers of the United Kingdom's schemes.
var schemes = map[string]string{
	"2.16.840.1.113883.2.1.4.1":         NHSNumber,
	"2.16.840.1.113883.2.1.3.2.4.18.24": NHSNumber, // the unverified one
	"2.16.840.1.113883.2.1.3.2.4.18.23": NHSNumber, // the verified one
	"2.16.840.1.113883.2.1.3.2.4.16.53": CHINumber,
	"2.16.840.1.113883.2.1.3.2.4.18.34": HospitalNumber, // a local one
	"1.2.826.0.1285.0.1.10":             OrgCode,
	"1.2.826.0.1285.0.2.0.65":           StaffCode, // SDS user
	"1.2.826.0.1285.0.2.0.67":           StaffCode, // SDS role
	"1.2.826.0.1285.0.2.0.107":          OrgCode,
	"2.16.840.1.113883.2.1.3.2.4.19.1":  OrgCode,
}

// SchemeOID returns what the object identifier of a scheme stands for; Identifier
// when it is not known.
func SchemeOID(oid string) string {
	oid = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(oid)), "urn:oid:")
	if words, ok := schemes[oid]; ok {
		return words
	}
	return Identifier
}

// SchemeURI returns what the address of a scheme stands for, as FHIR has them.
func SchemeURI(uri string) string {
	uri = strings.ToLower(strings.TrimSpace(uri))
	if strings.HasPrefix(uri, "urn:oid:") {
		return SchemeOID(uri)
	}
	uri = strings.TrimRight(uri, "/#")
	last := uri[strings.LastIndexAny(uri, "/:#")+1:]
	switch plain := strings.ReplaceAll(strings.ReplaceAll(last, "-", ""), "_", ""); {
	case plain == "nhsnumber", plain == "nhsno", plain == "nhsnumberunverified", plain == "ukcorenhsnumber":
		return NHSNumber
	case strings.HasPrefix(plain, "chi") && (plain == "chi" || plain == "chinumber"):
		return CHINumber
	case plain == "hcn", plain == "hcnumber", plain == "hscnumber", plain == "healthandcarenumber",
		strings.Contains(uri, "hscni.net") && !strings.Contains(plain, "organi"):
		return HCNumber
	case strings.Contains(plain, "ods"), strings.Contains(plain, "organi"), strings.Contains(plain, "site"):
		return OrgCode
	case strings.HasPrefix(plain, "sds"), strings.Contains(plain, "gmc"), strings.Contains(plain, "gmp"),
		strings.Contains(plain, "nmc"), strings.Contains(plain, "practitioner"), strings.Contains(plain, "spurious"),
		strings.Contains(plain, "consultant"), strings.Contains(plain, "userid"), strings.Contains(plain, "roleid"):
		return StaffCode
	case strings.Contains(plain, "nino"), strings.Contains(plain, "nationalinsurance"):
		return NINumber
	case strings.Contains(plain, "mrn"), strings.Contains(plain, "hospital"), strings.Contains(plain, "pas"),
		strings.Contains(plain, "patient"), strings.Contains(plain, "pid"), strings.Contains(plain, "unitnumber"):
		return HospitalNumber
	}
	return Identifier
}

// SchemeCode returns what a short code calls an identifier: of HL7's table of
// identifier types, or of an assigning authority.
func SchemeCode(code string) string {
	switch code = strings.ToUpper(strings.TrimSpace(code)); code {
	case "NHS", "NH", "NHSNO", "NHSNUM", "NHSNUMBER", "NHS NUMBER", "NHSNBR", "NHSNMBR", "NHS-NUMBER", "NHS_NUMBER", "NSTS", "PDS", "SPINE":
		return NHSNumber
	case "CHI", "CHINUMBER", "CHI NUMBER", "NHSSCOTLAND":
		return CHINumber
	case "HCN", "HSCN", "HSC", "H&C", "HCNUMBER", "H+C":
		return HCNumber
	case "MR", "MRN", "PI", "PAS", "HOSP", "PT", "HN", "HOSPNO", "HOSPITAL", "UNIT", "CRN", "PATID", "LR":
		return HospitalNumber
	case "VN", "AN", "VISIT":
		return VisitNumber
	case "NI", "NINO":
		return NINumber
	}
	if strings.HasPrefix(code, "2.16.") || strings.HasPrefix(code, "1.2.") || strings.HasPrefix(code, "URN:OID:") {
		return SchemeOID(code)
	}
	if strings.Contains(code, "://") {
		return SchemeURI(code)
	}
	return Identifier
}

// IsTenDigits reports whether a value is ten digits, with or without spaces.
func IsTenDigits(value []byte) bool {
	n := 0
	for _, c := range value {
		switch {
		case c >= '0' && c <= '9':
			n++
		case c != ' ' && c != '-':
			return false
		}
	}
	return n == 10
}
