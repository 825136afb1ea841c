package site

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// ical is a stream of iCalendar (RFC 5545) in the making.
type ical struct{ bytes.Buffer }

// maxOctets of a line, without its end (RFC 5545, section 3.1).
const maxOctets = 75

// line writes a property whose value needs no escape. What is longer than a line goes on in the next, behind a space, and no
// character is cut.
func (c *ical) line(name, value string) {
	text, room := strings.ToValidUTF8(name+":"+value, "\uFFFD"), maxOctets
	for len(text) > room {
		end := room
		for !utf8.RuneStart(text[end]) {
			end--
		}
		c.WriteString(text[:end] + "\r\n ")
		text, room = text[end:], maxOctets-1
	}
	c.WriteString(text + "\r\n")
}

// text writes a property of the type TEXT (section 3.3.11), unless it is empty.
func (c *ical) text(name, text string) {
	if text != "" {
		c.line(name, escapedText.Replace(strings.Map(printable, text)))
	}
}

var escapedText = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`)

// printable drops what no value may hold: control characters but the end of a line and a tab.
func printable(r rune) rune {
	if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
		return -1
	}
	return r
}
