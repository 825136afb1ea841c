package render

import (
	"math"
	"strconv"
	"strings"

	"github.com/courant-news/courant/internal/currency"
)

// Sparkline draws a series, oldest first, as a small SVG line without axes. The vertical range never shrinks below
// ±0.1 % of the middle, so that a pegged rate looks as flat as it is. Fewer than two values give an empty string. It
// is decoration: the numbers stand beside it, so it is hidden from screen readers.
func Sparkline(series []currency.Decimal) string {
	const width, height, margin = 96, 22, 2
	if len(series) < 2 {
		return ""
	}
	points := make([]float64, len(series))
	low, high := math.Inf(1), math.Inf(-1)
	for i, d := range series {
		points[i] = d.Float()
		low, high = math.Min(low, points[i]), math.Max(high, points[i])
	}
	if middle := (low + high) / 2; high-low < middle*0.002 {
		low, high = middle*0.999, middle*1.001
	}
	if high <= low { // all zero, or below it and equal: no prices, but no reason to divide by zero
		low, high = low-1, high+1
	}
	pixel := func(i int) (x, y int) {
		x = margin + int(math.Round(float64(i)*(width-2*margin)/float64(len(points)-1)))
		y = height - margin - int(math.Round((points[i]-low)/(high-low)*(height-2*margin)))
		return x, y
	}
	var path strings.Builder
	x, y := pixel(0)
	path.WriteString("M" + strconv.Itoa(x) + " " + strconv.Itoa(y) + "l")
	for i := 1; i < len(points); i++ {
		nx, ny := pixel(i)
		path.WriteString(step(nx-x, i > 1) + step(ny-y, true))
		x, y = nx, ny
	}
	return `<svg class="sparkline" width="96" height="22" viewBox="0 0 96 22" aria-hidden="true"><path d="` +
		path.String() + `"/></svg>`
}

// step writes one relative coordinate; a minus sign separates by itself.
func step(n int, separate bool) string {
	if n >= 0 && separate {
		return " " + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}
