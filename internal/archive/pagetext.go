package archive

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html/charset"

	"github.com/courant-news/courant/internal/fault"
)

// decode turns a file's bytes into text with "\n" at the ends of lines, and says whether it is HTML.
func decode(data []byte) (text string, isHTML bool, err error) {
	if len(bytes.TrimSpace(data)) == 0 {
		return "", false, fault.Because(fault.Invalid, "the page is empty")
	}
	if data, err = toUTF8(data); err != nil {
		return "", false, err
	}
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(data))
	head := strings.TrimLeftFunc(text, unicode.IsSpace)
	switch {
	case strings.HasPrefix(head, "%PDF-"):
		return "", false, fault.Because(fault.Invalid, "this is a PDF, not a saved page: save the page as text or HTML")
	case strings.HasPrefix(head, "From: <Saved by") || strings.HasPrefix(head, "MIME-Version:"):
		return "", false, fault.Because(fault.Invalid, "this is a web archive (MHTML), not a saved page: save the page as text or as HTML only")
	}
	return text, strings.HasPrefix(head, "<"), nil
}

// declared finds the character set that an HTML page declares. The standard has it within the first 1024 bytes; saved
// pages have comments before it.
var declared = regexp.MustCompile(`(?i)<meta[^>]{0,200}charset\s*=\s*["']?\s*([a-z0-9_:.-]{2,40})`)

// toUTF8 decodes a byte-order mark or a declared character set; without either the data must be UTF-8.
func toUTF8(data []byte) ([]byte, error) {
	label := "utf-8"
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		data = data[3:]
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		label = "utf-16le"
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		label = "utf-16be"
	default:
		if m := declared.FindSubmatch(data[:min(len(data), 4096)]); m != nil && bytes.HasPrefix(bytes.TrimSpace(data), []byte("<")) {
			label = strings.ToLower(string(m[1]))
		}
	}
	// A page that could be read to its meta tag is not in UTF-16, whatever the tag says; so has it the standard.
	if e, name := charset.Lookup(label); e != nil && name != "utf-8" && (!strings.HasPrefix(name, "utf-16") || data[0] >= 0xfe) {
		decoded, err := e.NewDecoder().Bytes(data)
		if err != nil {
			return nil, fault.Because(fault.Invalid, "the page says that it is written in %s, and is not: %w", name, err)
		}
		data = bytes.TrimPrefix(decoded, []byte("\ufeff"))
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return nil, fault.Because(fault.Invalid, "this is a binary file, not a saved page: save the page as text or HTML")
	}
	if !utf8.Valid(data) {
		if brokenOff(data) > 0 {
			return nil, cutOff("inside a character")
		}
		return nil, fault.Because(fault.Invalid, "this is a binary file, or text in an unknown character set, not a saved page: save the page as UTF-8 text or HTML")
	}
	return data, nil
}

// brokenOff counts the bytes of a character that was cut at the end of what is UTF-8 else.
func brokenOff(data []byte) int {
	for n := 1; n < utf8.UTFMax && n < len(data); n++ {
		if tail := data[len(data)-n:]; utf8.RuneStart(tail[0]) && !utf8.FullRune(tail) && utf8.Valid(data[:len(data)-n]) {
			return n
		}
	}
	return 0
}

// clean joins words by single spaces and drops what cannot be seen: control characters, joints of words, and the marks
// that turn the direction of all that follows. White space that holds a tab becomes a tab where tabs part cells.
func clean(s string, cells bool) string {
	var b strings.Builder
	gap := rune(0)
	for _, r := range s {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			if gap != '\t' || !cells {
				gap = ' '
			}
			if cells && r == '\t' {
				gap = '\t'
			}
			continue
		case r == '\u00ad' || r == '\u200b' || r == '\u2060' || r == '\ufeff',
			r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
			continue
		}
		if gap != 0 && b.Len() > 0 {
			b.WriteRune(gap)
		}
		gap = 0
		b.WriteRune(r)
	}
	return b.String()
}

// parseText makes lines of a text.
func parseText(text string) (*document, error) {
	d := &document{}
	spaced, number := true, 0
	for raw := range strings.Lines(text) {
		number++
		words := clean(raw, false)
		if words == "" {
			spaced = true
			continue
		}
		indent := 0
		for _, r := range raw {
			if !unicode.IsSpace(r) {
				break
			}
			indent++
		}
		if err := d.add(line{number: number, text: words, indent: indent, spaced: spaced}); err != nil {
			return nil, err
		}
		spaced = false
	}
	return d, nil
}

func (d *document) add(l line) error {
	if len(d.lines) == maxLines {
		return fault.Because(fault.Invalid, "the page has more than %d lines: it is no saved page of news", maxLines)
	}
	d.lines = append(d.lines, l)
	return nil
}
