package render

import (
	"bytes"
	"embed"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"strconv"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
	"golang.org/x/text/unicode/norm"
)

// The size of a card in pixels, which the networks that show it agree on (ogp.me names no size; 1.91 to 1 is what they crop to).
const (
	CardWidth  = 1200
	CardHeight = 630
)

//go:embed fonts/*.ttf
var fontFiles embed.FS

// Card is a story as a picture, for where it is shared: the head of the paper, the headline, and the story's first chart or
// first figure.
type Card struct {
	Name, Date  string // of the paper, and of the story as it is printed
	Headline    string
	Label, Said string // of what the number is, and who said it about when
	Number      string // as it is printed; empty: the story has none
	Points      []Point
	Accent      string // #rrggbb, of the name; empty: the ink
	Link        string // #rrggbb, of the line of the chart; empty: the blue of the site's sheet
}

// Press draws cards in the paper's own faces. It is safe for concurrent use.
type Press struct{ display, sans typeface }

// typeface is a face in several files, of which the first that has a letter draws it.
type typeface []*sfnt.Font

// NewPress reads the typefaces that are built in.
func NewPress() (*Press, error) {
	var p Press
	for _, t := range []struct {
		face  *typeface
		names []string
	}{{&p.display, []string{"display", "display-ext"}}, {&p.sans, []string{"sans", "sans-ext"}}} {
		for _, name := range t.names {
			file, err := fontFiles.ReadFile("fonts/" + name + ".ttf")
			if err != nil {
				return nil, err
			}
			f, err := opentype.Parse(file)
			if err != nil {
				return nil, fmt.Errorf("read the typeface %s: %w", name, err)
			}
			*t.face = append(*t.face, f)
		}
	}
	return &p, nil
}

// has says whether a face can write a text: letters that it lacks would be empty boxes, and those of scripts that join or
// turn round need more than letters.
func (t typeface) has(text string) bool {
	var b sfnt.Buffer
	for _, r := range text {
		if t.of(&b, r) < 0 {
			return false
		}
	}
	return true
}

// of is the file that has a letter; -1 where none has.
func (t typeface) of(b *sfnt.Buffer, r rune) int {
	for i, f := range t {
		if g, err := f.GlyphIndex(b, r); err == nil && g != 0 {
			return i
		}
	}
	return -1
}

// The places of a card's parts, in pixels.
const (
	cardEdge  = 72
	headLine  = 112 // on which the name of the paper stands
	headRule  = 138
	textTop   = 172 // above the headline
	footTop   = 452 // of what stands below it
	footLine  = 572 // on which the last line stands
	cardInner = CardWidth - 2*cardEdge
)

// headlineSizes are tried from the largest.
var headlineSizes = [...]float64{80, 72, 64, 58, 52, 46, 40}

// The colours of paper and ink on a light ground, as in the site's sheet.
var (
	cardPaper = color.RGBA{0xfb, 0xfb, 0xf8, 0xff}
	cardInk   = color.RGBA{0x16, 0x19, 0x1d, 0xff}
	cardMuted = color.RGBA{0x5a, 0x60, 0x69, 0xff}
	cardHair  = color.RGBA{0xd9, 0xd9, 0xd2, 0xff}
	cardLine  = color.RGBA{0x1b, 0x5a, 0x9c, 0xff}
)

// drawing is a card being drawn.
type drawing struct {
	on  *image.RGBA
	err error
}

// Draw draws a card as PNG; of the same card always the same bytes. What the typefaces cannot write is left out.
func (p *Press) Draw(c Card) ([]byte, error) {
	d := &drawing{on: image.NewRGBA(image.Rect(0, 0, CardWidth, CardHeight))}
	draw.Draw(d.on, d.on.Bounds(), image.NewUniform(cardPaper), image.Point{}, draw.Src)
	p.head(d, c)
	switch number, headline := c.Number != "" && p.display.has(c.Number), p.display.has(norm.NFC.String(c.Headline)); {
	case number && headline:
		p.headline(d, c.Headline, footTop-textTop-44, false)
		p.foot(d, c)
	case number:
		p.alone(d, c)
	case headline:
		p.headline(d, c.Headline, footLine-textTop-40, true)
	}
	if d.err != nil {
		return nil, d.err
	}
	var b bytes.Buffer
	err := png.Encode(&b, d.on)
	return b.Bytes(), err
}

// head draws the paper's name, the date and the two rules below them.
func (p *Press) head(d *drawing, c Card) {
	date := p.line(d, p.sans, 26, c.Date)
	date.draw(d, CardWidth-cardEdge-date.width, headLine, cardMuted)
	p.within(d, p.display, 52, c.Name, cardInner-date.width-40).draw(d, cardEdge, headLine, colourOf(c.Accent, cardInk))
	d.fill(cardEdge, headRule, cardInner, 4, cardInk)
	d.fill(cardEdge, headRule+8, cardInner, 1, cardInk)
}

// headline draws a headline as large as it fits into a height; in the middle of it where nothing stands below.
func (p *Press) headline(d *drawing, text string, height int, middle bool) {
	words := strings.Fields(text)
	for i, size := range headlineSizes {
		lines := p.broken(d, words, size)
		step := int(size * 1.12)
		if last := i == len(headlineSizes)-1; len(lines)*step > height && !last {
			continue
		} else if most := height / step; last && len(lines) > most {
			lines = lines[:most]
			lines[most-1] = p.shortened(d, lines[most-1], size)
		}
		top := textTop + 20
		if middle {
			top += max(0, (height-len(lines)*step)/3)
		}
		for n, l := range lines {
			p.line(d, p.display, size, l).draw(d, cardEdge, top+int(size*0.82)+n*step, cardInk)
		}
		return
	}
}

// broken breaks words into lines; a word that is wider than a line is cut.
func (p *Press) broken(d *drawing, words []string, size float64) (lines []string) {
	line := ""
	for _, w := range words {
		with := strings.TrimSpace(line + " " + w)
		if line == "" || p.line(d, p.display, size, with).width <= cardInner {
			line = with
			continue
		}
		lines, line = append(lines, p.fitting(d, line, size)), w
	}
	return append(lines, p.fitting(d, line, size))
}

func (p *Press) fitting(d *drawing, line string, size float64) string {
	if p.line(d, p.display, size, line).width <= cardInner {
		return line
	}
	return p.shortened(d, line, size)
}

// shortened ends a line with an ellipsis within the width.
func (p *Press) shortened(d *drawing, line string, size float64) string {
	letters := []rune(line)
	for len(letters) > 0 && p.line(d, p.display, size, string(letters)+"…").width > cardInner {
		letters = letters[:len(letters)-1]
	}
	return strings.TrimRight(string(letters), " ,;:") + "…"
}

// foot draws the number with its words, and beside it the line of a chart.
func (p *Press) foot(d *drawing, c Card) {
	d.fill(cardEdge, footTop, cardInner, 1, cardHair)
	right := p.value(d, c, 64, footTop+86)
	if left := max(right+40, CardWidth-cardEdge-520); len(c.Points) > 1 && CardWidth-cardEdge-left > 200 {
		d.curve(c.Points, image.Rect(left, footTop+22, CardWidth-cardEdge, footTop+104), colourOf(c.Link, cardLine))
	}
}

// alone draws the number where the headline would stand, which cannot be written.
func (p *Press) alone(d *drawing, c Card) {
	p.value(d, c, 150, footTop-110)
	if len(c.Points) > 1 {
		d.curve(c.Points, image.Rect(cardEdge, footTop-72, CardWidth-cardEdge, footTop+70), colourOf(c.Link, cardLine))
	}
}

// value draws the number on a line, with its words beside and below it, and returns where it ends.
func (p *Press) value(d *drawing, c Card, size float64, base int) (right int) {
	label := p.within(d, p.sans, 20+size/8, c.Label, cardInner/3)
	number := p.within(d, p.display, size, c.Number, cardInner-label.width-24)
	number.draw(d, cardEdge, base, cardInk)
	label.draw(d, cardEdge+number.width+24, base, cardInk)
	p.within(d, p.sans, 24, c.Said, cardInner).draw(d, cardEdge, footLine+14, cardMuted)
	return cardEdge + number.width + 24 + label.width
}

// within sets a line as large as it fits into a width, at most in a size; what does not fit at ten pixels is left out.
func (p *Press) within(d *drawing, t typeface, size float64, text string, width int) typeset {
	for ; size >= 10; size -= 2 {
		if l := p.line(d, t, size, text); l.width <= width {
			return l
		}
	}
	return typeset{}
}

// typeset is a line of text in one size.
type typeset struct {
	text  string
	face  typeface
	faces []font.Face
	width int
}

// line sets a text in a size; what the face cannot write makes all of it empty.
func (p *Press) line(d *drawing, t typeface, size float64, text string) typeset {
	text = norm.NFC.String(text)
	if !t.has(text) {
		return typeset{}
	}
	l := typeset{text: text, face: t}
	for _, f := range t {
		face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
		if err != nil {
			d.err = err
			return typeset{}
		}
		l.faces = append(l.faces, face)
	}
	l.width = l.run(nil, 0, 0, nil)
	return l
}

// draw writes the line from a point on its base.
func (l typeset) draw(d *drawing, x, y int, ink color.Color) { l.run(d.on, x, y, ink) }

// run goes along the line, and draws it if it is told where. It returns the width.
func (l typeset) run(on draw.Image, x, y int, ink color.Color) int {
	var b sfnt.Buffer
	at := fixed.P(x, y)
	pen := font.Drawer{Dst: on}
	if ink != nil {
		pen.Src = image.NewUniform(ink)
	}
	last, before := rune(-1), -1
	for _, r := range l.text {
		n := l.face.of(&b, r)
		f := l.faces[n]
		if n == before {
			at.X += f.Kern(last, r)
		}
		if pen.Face, pen.Dot = f, at; on != nil {
			pen.DrawString(string(r))
		}
		advance, _ := f.GlyphAdvance(r)
		at.X += advance
		last, before = r, n
	}
	return at.X.Ceil() - x
}

func (d *drawing) fill(x, y, width, height int, c color.Color) {
	draw.Draw(d.on, image.Rect(x, y, x+width, y+height), image.NewUniform(c), image.Point{}, draw.Src)
}

// curve draws the line of a chart, four pixels thick, by the scale that charts on pages have.
func (d *drawing) curve(points []Point, in image.Rectangle, c color.Color) {
	chart := Chart{Points: points}
	s, gap := chart.scale(), chart.Gap()
	place := func(p Point) (x, y float64) {
		x = float64(in.Dx()) * s.x(p.At)
		return x, float64(in.Dy()) * float64(s.y(p.Value)) / plotHeight
	}
	const half, room = 2.0, 6
	ink := vector.NewRasterizer(in.Dx()+2*room, in.Dy()+2*room)
	for i, p := range points[1:] {
		x0, y0 := place(points[i])
		x1, y1 := place(p)
		length := math.Hypot(x1-x0, y1-y0)
		if length == 0 || p.At.Sub(points[i].At) > gap {
			continue
		}
		nx, ny := half*(y0-y1)/length, half*(x1-x0)/length // across the line
		tx, ty := half*(x1-x0)/length, half*(y1-y0)/length // along it, so that two pieces overlap at a bend
		corner := func(x, y float64) (float32, float32) { return float32(x + room), float32(y + room) }
		ink.MoveTo(corner(x0-tx+nx, y0-ty+ny))
		ink.LineTo(corner(x1+tx+nx, y1+ty+ny))
		ink.LineTo(corner(x1+tx-nx, y1+ty-ny))
		ink.LineTo(corner(x0-tx-nx, y0-ty-ny))
		ink.ClosePath()
	}
	ink.Draw(d.on, in.Inset(-room), image.NewUniform(c), image.Point{})
}

// colourOf reads #rrggbb; what is none is the other.
func colourOf(text string, other color.RGBA) color.RGBA {
	n, err := strconv.ParseUint(strings.TrimPrefix(text, "#"), 16, 32)
	if err != nil || len(text) != len("#rrggbb") {
		return other
	}
	return color.RGBA{byte(n >> 16), byte(n >> 8), byte(n), 0xff}
}
