// Package numeral writes exact decimals as a language does, and reads them back: the decimal sign, the grouping, the
// digits, the minus and the place of the sign of per cent are those of the Unicode CLDR, by way of golang.org/x/text.
//
// That package formats machine integers and floating-point numbers only, so it is asked for its signs, of which a [Style]
// is made, and the digits are written here, all of them. Two things are the house's own. The minus is U+2212, which is
// as wide as a plus and never broken from its number. And the digits before the decimal sign are grouped from five on,
// as newspapers set them in most languages: 1234, 12,345.
//
// It knows no story and no page. A Style is immutable and safe for concurrent use.
package numeral

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"github.com/courant-news/courant/internal/currency"
)

// Minus is the minus sign of typography.
const Minus = "\u2212"

// The marks that keep what stands between them from being reordered by a text of the other direction (Unicode UAX 9).
const isolate, endIsolate = "\u2068", "\u2069"

// Style is how a language writes numbers. The zero value is not useful: [Of] makes one.
type Style struct {
	rightToLeft      bool
	zero             rune
	point, group     string
	last, others     int // digits of the group before the point, and of those before it: 3 and 2 in Hindi
	positive         around
	negative         around
	percent          around
	negativePercents around
}

// around is what stands before and behind the digits.
type around struct{ before, behind string }

// Of returns the style of a language, named by a BCP 47 tag such as de-CH or ar-u-nu-latn. An empty tag, or one that
// names no language, gets that of English.
func Of(tag string) Style {
	lang, err := language.Parse(tag)
	if err != nil || tag == "" {
		lang = language.English
	}
	p := message.NewPrinter(lang)
	write := func(x any) string { return p.Sprint(x) }

	s := Style{rightToLeft: rightToLeft(lang)}
	groups := []int{0} // how many digits are in each of 12,345,678 or 1,23,45,678
	for _, r := range write(number.Decimal(12345678)) {
		if d, ok := digit(r); ok {
			s.zero = r - rune(d)
			groups[len(groups)-1]++
		} else if n := len(groups); groups[n-1] > 0 {
			s.group, groups = string(r), append(groups, 0)
		}
	}
	if s.zero == 0 { // digits that are none of those below, as -u-nu-hanidec asks for
		return Of("")
	}
	s.last, s.others = groups[len(groups)-1], groups[len(groups)-1]
	if len(groups) > 2 {
		s.others = groups[len(groups)-2]
	}
	_, s.point = split(write(number.Decimal(15, number.Scale(1))))
	s.negative, _ = split(write(number.Decimal(-15)))
	s.percent, _ = split(write(number.Percent(1)))
	s.negativePercents, _ = split(write(number.Percent(-1)))
	return s
}

// split parts a written number into what stands around its digits, and what stands among them.
func split(text string) (a around, among string) {
	first := strings.IndexFunc(text, isDigit)
	last := strings.LastIndexFunc(text, isDigit)
	if first < 0 {
		return a, "."
	}
	_, size := utf8.DecodeRuneInString(text[last:])
	sign := strings.NewReplacer("-", Minus)
	a = around{sign.Replace(text[:first]), sign.Replace(text[last+size:])}
	return a, strings.TrimFunc(text[first:last+size], isDigit)
}

func isDigit(r rune) bool {
	_, ok := digit(r)
	return ok
}

// digit is the value of a decimal digit of any script of the Basic Multilingual Plane whose ten digits follow each
// other, as those of all languages here do.
func digit(r rune) (int, bool) {
	for _, zero := range zeros {
		if r >= zero && r <= zero+9 {
			return int(r - zero), true
		}
	}
	return 0, false
}

// zeros are the zeros of the decimal digits by which CLDR's languages write numbers.
var zeros = [...]rune{'0', 0x0660, 0x06F0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x17E0, 0x1810}

// rightToLeft says whether a language is written from right to left, by the script that it is written in.
func rightToLeft(lang language.Tag) bool {
	script, _ := lang.Script()
	switch script.String() {
	case "Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm", "Rohg":
		return true
	}
	return false
}

// RightToLeft reports whether a language, named as for [Of], is written from right to left.
func RightToLeft(tag string) bool {
	lang, err := language.Parse(tag)
	return err == nil && rightToLeft(lang)
}

// RightToLeft reports whether the language is written from right to left.
func (s Style) RightToLeft() bool { return s.rightToLeft }

// Number writes a decimal with every digit that it has.
func (s Style) Number(d currency.Decimal) string {
	if d.Sign() < 0 {
		return s.within(s.negative, d)
	}
	return s.within(s.positive, d)
}

// Percent writes a number of per cent with its sign where the language has it: 1.5 is 1.5%, 1,5 %, %1,5.
func (s Style) Percent(d currency.Decimal) string {
	if d.Sign() < 0 {
		return s.within(s.negativePercents, d)
	}
	return s.within(s.percent, d)
}

// Signed puts a plus before what is above zero, as written by [Style.Number] or [Style.Percent].
func Signed(d currency.Decimal, written string) string {
	if d.Sign() > 0 {
		return "+" + written
	}
	return written
}

// Isolated keeps a written number together in a plain text of a language that is written from right to left. In HTML the
// element bdi does.
func (s Style) Isolated(text string) string {
	if !s.rightToLeft || text == "" {
		return text
	}
	return isolate + text + endIsolate
}

// within writes the digits of a number, with the style's own, between what stands around them.
func (s Style) within(a around, d currency.Decimal) string {
	whole, fraction, hasPoint := strings.Cut(d.Abs().String(), ".")
	var b strings.Builder
	b.WriteString(a.before)
	for i, r := range whole {
		if rest := len(whole) - i; i > 0 && len(whole) > 4 && s.begins(rest) {
			b.WriteString(s.group)
		}
		b.WriteRune(s.zero + r - '0')
	}
	if hasPoint {
		b.WriteString(s.point)
		for _, r := range fraction {
			b.WriteRune(s.zero + r - '0')
		}
	}
	b.WriteString(a.behind)
	return b.String()
}

// begins says whether a group begins where so many digits are left before the point.
func (s Style) begins(rest int) bool {
	return s.group != "" && rest >= s.last && (rest-s.last)%max(s.others, 1) == 0
}

// Read reads a number that somebody wrote in the style, in its digits or in those of ASCII, without a sign of per cent. A
// space may part groups as well as a no-break one does; ok is false where the text is anything else, or where groups are
// not of the size that the style gives them.
func (s Style) Read(text string) (d currency.Decimal, ok bool) {
	const most = 64
	if len(text) > most {
		return d, false
	}
	text, negative := cutMinus(text)
	whole, fraction, hasPoint := strings.Cut(text, s.point)
	plain, ok := s.ungrouped(whole)
	if !ok || hasPoint && fraction == "" {
		return d, false
	}
	if hasPoint {
		plain += "." + fraction
	}
	plain = strings.Map(func(r rune) rune {
		if v, ok := digit(r); ok {
			return '0' + rune(v)
		}
		return r
	}, plain)
	if strings.Trim(plain, "0123456789.") != "" {
		return d, false
	}
	if negative {
		plain = "-" + plain
	}
	d, err := currency.ParseDecimal(plain)
	return d, err == nil
}

func cutMinus(text string) (rest string, negative bool) {
	for _, sign := range []string{Minus, "-"} {
		if rest, ok := strings.CutPrefix(text, sign); ok {
			return rest, true
		}
	}
	return text, false
}

// ungrouped is a whole number without the signs that part its groups.
func (s Style) ungrouped(whole string) (string, bool) {
	alike := strings.NewReplacer("\u00a0", " ", "\u202f", " ", "'", "\u2019")
	parts := strings.Split(alike.Replace(whole), alike.Replace(s.group))
	if s.group == "" || len(parts) == 1 {
		return whole, whole != ""
	}
	for i, part := range parts {
		n, size := utf8.RuneCountInString(part), s.others
		if i == len(parts)-1 {
			size = s.last
		}
		if n == 0 || n > size || i > 0 && n != size {
			return "", false
		}
	}
	return strings.Join(parts, ""), true
}
