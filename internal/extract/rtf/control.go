package rtf

// control takes a control word or symbol.
func (r *reader) control() error {
	w, err := r.in.word()
	if err != nil {
		return err
	}
	if w.name == "'" {
		c, ok, err := r.in.hex()
		if ok {
			r.byte(c)
		}
		return err
	}
	r.decode()
	if w.name == "bin" {
		return r.binary(w.number)
	}
	star, fresh := r.star, r.fresh
	if r.fresh = false; w.name == "*" {
		r.star = fresh
		return nil
	}
	r.star = false
	if r.at.skip == skipped {
		return nil
	}
	r.skip = 0
	if c, ok := characters[w.name]; ok {
		r.write([]byte(c))
		return nil
	}
	if ok, err := r.structure(w); ok || err != nil {
		return err
	}
	if !r.destination(w) && !r.setting(w) && star {
		r.at.skip = skipped
	}
	return nil
}

// characters are words and symbols for text.
var characters = map[string]string{
	"~": " ", "_": "-", "{": "{", "}": "}", "\\": "\\", "tab": "\t", "line": "\n", "lbr": "\n", "softline": "\n", "page": "\n", "column": "\n",
	"emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•",
	"enspace": " ", "emspace": " ", "qmspace": " ", "nestcell": "\t", "nestrow": "\n",
}

// structure takes what parts the text.
func (r *reader) structure(w word) (ok bool, err error) {
	switch w.name {
	case "par", "\n", "\r":
		r.paragraph()
	case "pard":
		r.tabular = false
	case "intbl", "trowd":
		r.tabular = true
	case "cell":
		r.cellEnds()
	case "row":
		r.rowEnds()
	case "sect":
		return true, r.section()
	case "u":
		r.unicode(w.number)
	default:
		return false, nil
	}
	return true, nil
}

// setting takes what says how text is to be read. It reports whether that is
// something that a group marked as dispensable may begin with.
func (r *reader) setting(w word) bool {
	switch w.name {
	case "rtf":
		r.begun = true
		r.at.skip = counts
	case "uc":
		r.at.unicodeSkip = max(0, min(w.number, 16))
	case "ansicpg":
		r.ansi, r.at.page = w.number, w.number
	case "mac":
		r.ansi, r.at.page = 10000, 10000
	case "pc":
		r.ansi, r.at.page = 437, 437
	case "pca":
		r.ansi, r.at.page = 850, 850
	case "f":
		r.setFont(w.number)
	case "fcharset":
		if page := pageOf(w.number); r.at.fonts && page > 0 && len(r.fonts) < 10_000 {
			r.fonts[r.font] = page
		}
	case "cpg":
		if r.at.fonts && len(r.fonts) < 10_000 {
			r.fonts[r.font] = w.number
		}
	}
	return false
}

// setFont changes the code page with the font.
func (r *reader) setFont(font int) {
	if r.at.fonts {
		r.font = font
		return
	}
	if page, ok := r.fonts[font]; ok {
		r.at.page = page
	} else if r.ansi > 0 {
		r.at.page = r.ansi
	}
}

// pageOf is the code page of a font's character set; zero is the document's.
func pageOf(charset int) int {
	return map[int]int{
		77: 10000, 128: 932, 129: 949, 130: 1361, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258,
		177: 1255, 178: 1256, 186: 1257, 204: 1251, 222: 874, 238: 1250, 254: 437, 255: 850,
	}[charset]
}

// labels are the groups of the document's information that are given with their
// names.
var labels = map[string]bool{
	"title": true, "subject": true, "author": true, "manager": true, "company": true, "operator": true,
	"category": true, "keywords": true, "comment": true, "doccomm": true, "hlinkbase": true,
}

// destination takes a word that says what its group is for.
func (r *reader) destination(w word) bool {
	switch w.name {
	case "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf":
		r.separate()
	case "footnote", "annotation", "shptxt", "dptxbxtext":
		r.at.skip, r.at.aside, r.at.ending = counts, true, "\n"
	case "fldinst", "ffdeftext", "ffl":
		r.at.skip, r.at.ending = counts, " "
		r.write([]byte{' '})
	case "propname":
		r.at.skip, r.at.ending = counts, ": "
	case "staticval":
		r.at.skip, r.at.ending = counts, "\n"
	case "docvar":
		r.at.skip, r.at.inner, r.at.ending = counts, " ", "\n"
	case "info", "userprops", "formfield", "shpinst", "sp", "do", "fontemb", "listpicture":
		r.at.skip = muted
	case "shppict", "upr", "ud", "result", "fldrslt", "field", "listtext", "pntext":
		// what is inside is text like any other
	case "sn":
		r.at.skip, r.at.capture = muted, true
	case "sv":
		r.at.skip = muted
		if shown := string(r.name); shown == "gtextUNICODE" || shown == "wzDescription" {
			r.at.skip, r.at.aside, r.at.ending = counts, true, "\n"
		}
	case "fonttbl":
		r.at.skip, r.at.fonts, r.fonts = muted, true, make(map[int]int)
	case "pict":
		r.at.skip, r.at.hex = muted, picture
	case "objdata":
		r.at.skip, r.at.hex = muted, object
	case "pngblip", "jpegblip", "emfblip", "wmetafile", "macpict", "dibitmap", "wbitmap":
		r.at.kind = blips[w.name]
	case "colortbl", "stylesheet", "listtable", "listoverridetable", "revtbl", "filetbl", "rsidtbl", "themedata", "colorschememapping",
		"latentstyles", "datastore", "xmlnstbl", "nonshppict", "shprslt", "picprop", "objclass", "objname":
		r.at.skip = skipped
	default:
		if !labels[w.name] {
			return false
		}
		r.at.skip, r.at.ending = counts, "\n"
		r.write([]byte(w.name + ": "))
	}
	return true
}

// blips are the extensions of pictures by the words that begin them.
var blips = map[string]string{"pngblip": ".png", "jpegblip": ".jpeg", "emfblip": ".emf", "wmetafile": ".wmf", "macpict": ".pict", "dibitmap": ".dib", "wbitmap": ".ddb"}

// separate begins a stretch that is no part of the paragraph around it.
func (r *reader) separate() {
	r.at.skip, r.at.ending = counts, "\n"
	r.at.aside = len(r.out) > 0 && r.out[len(r.out)-1] != '\n'
}
