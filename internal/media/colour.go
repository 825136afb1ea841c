package media

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image"
	"io"
	"math"
)

// mostProfile bounds a colour profile; that of a telephone has half a kilobyte. What is longer is not read.
const mostProfile = 1 << 20

// profile is a colour space of three primaries and their curves, as cameras, telephones and screens have it: ICC.1:2022,
// annex F.3. A browser takes a picture without a profile for sRGB, so ours are converted to that.
type profile struct {
	curves [3][256]float64 // the light that a colour's number stands for, 0 to 1
	toSRGB [3][3]float64   // from light in the profile's primaries to that in those of sRGB
}

// fromXYZ leads from the profiles' common space (CIE XYZ under D50) to light in the primaries of sRGB, IEC 61966-2-1.
var fromXYZ = [3][3]float64{
	{3.1338561, -1.6168667, -0.4906146},
	{-0.9787684, 1.9161415, 0.0334540},
	{0.0719453, -0.2289914, 1.4052427},
}

// inflated unpacks the profile of a PNG: its name, a zero, the method, the packed profile.
func inflated(iccp []byte) []byte {
	_, packed, found := bytes.Cut(iccp, []byte{0})
	if !found || len(packed) < 1 {
		return nil
	}
	z, err := zlib.NewReader(bytes.NewReader(packed[1:]))
	if err != nil {
		return nil
	}
	defer z.Close()
	text, err := io.ReadAll(io.LimitReader(z, mostProfile+1))
	if err != nil || len(text) > mostProfile {
		return nil
	}
	return text
}

// readProfile reads an ICC profile. It reports false where there is none, or one of another make, as printers have them,
// or one that says the same as sRGB: then the picture's numbers are left as they are.
func readProfile(icc []byte) (p profile, ok bool) {
	if len(icc) < 132 || len(icc) > mostProfile || string(icc[16:24]) != "RGB XYZ " || string(icc[36:40]) != "acsp" {
		return profile{}, false
	}
	tags := map[string][]byte{}
	table := icc[132:]
	for range min(binary.BigEndian.Uint32(icc[128:]), 100) {
		if len(table) < 12 {
			return profile{}, false
		}
		from, size := uint64(binary.BigEndian.Uint32(table[4:])), uint64(binary.BigEndian.Uint32(table[8:]))
		if from+size > uint64(len(icc)) {
			return profile{}, false
		}
		tags[string(table[:4])] = icc[from : from+size]
		table = table[12:]
	}
	for i, letter := range []string{"r", "g", "b"} {
		xyz := tags[letter+"XYZ"]
		if len(xyz) < 20 || !p.readCurve(i, tags[letter+"TRC"]) {
			return profile{}, false
		}
		for row := range 3 {
			for c := range 3 {
				p.toSRGB[row][i] += fromXYZ[row][c] * fixed(xyz[8+4*c:])
			}
		}
	}
	return p, !p.isSRGB()
}

// fixed reads a number of the profile, in 65536ths.
func fixed(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 65536 }

// readCurve reads how one of the three colours rises: a formula or a table, 10.6 and 10.18.
func (p *profile) readCurve(colour int, tag []byte) bool {
	if len(tag) < 12 {
		return false
	}
	var light func(x float64) float64
	switch string(tag[:4]) {
	case "curv":
		n, values := uint64(binary.BigEndian.Uint32(tag[8:])), tag[12:]
		if uint64(len(values)) < 2*n {
			return false
		}
		at := func(i int) float64 { return float64(binary.BigEndian.Uint16(values[2*i:])) }
		switch n {
		case 0:
			light = func(x float64) float64 { return x }
		case 1:
			light = func(x float64) float64 { return math.Pow(x, at(0)/256) }
		default:
			light = func(x float64) float64 {
				place := x * float64(n-1)
				i := min(int(place), int(n)-2)
				return (at(i) + (place-float64(i))*(at(i+1)-at(i))) / 65535
			}
		}
	case "para":
		kind, values := int(binary.BigEndian.Uint16(tag[8:])), tag[12:]
		wants := [...]int{1, 3, 4, 5, 7}
		if kind >= len(wants) || len(values) < 4*wants[kind] {
			return false
		}
		v := [7]float64{1: 1} // g a b c d e f
		for i := range wants[kind] {
			v[i] = fixed(values[4*i:])
		}
		switch kind {
		case 1, 2: // above -b/a the power, and below it c and no more
			if kind == 2 {
				v[5], v[6] = v[3], v[3]
			}
			v[3], v[4] = 0, -v[2]/v[1]
		}
		light = func(x float64) float64 {
			if x < v[4] {
				return v[3]*x + v[6]
			}
			return math.Pow(max(v[1]*x+v[2], 0), v[0]) + v[5]
		}
	default:
		return false
	}
	for i := range p.curves[colour] {
		l := light(float64(i) / 255)
		if math.IsNaN(l) {
			return false
		}
		p.curves[colour][i] = min(max(l, 0), 1)
	}
	return p.curves[colour][255] > p.curves[colour][0]
}

// printedLight is the number of sRGB for light from 0 to 1, by the formula of IEC 61966-2-1.
func printedLight(l float64) uint8 {
	l = min(max(l, 0), 1)
	if l <= 0.0031308 {
		return uint8(255*12.92*l + 0.5)
	}
	return uint8(255*(1.055*math.Pow(l, 1/2.4)-0.055) + 0.5)
}

// linear returns the light of a colour in the primaries of sRGB.
func (p *profile) linear(r, g, b uint8) (light [3]float64) {
	x, y, z := p.curves[0][r], p.curves[1][g], p.curves[2][b]
	for i, row := range p.toSRGB {
		light[i] = row[0]*x + row[1]*y + row[2]*z
	}
	return light
}

// isSRGB says whether the profile means by every colour what sRGB means, or as good as that.
func (p *profile) isSRGB() bool {
	for _, c := range [][3]uint8{{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {128, 128, 128}, {40, 90, 200}, {200, 90, 40}, {20, 20, 20}} {
		light := p.linear(c[0], c[1], c[2])
		for i, l := range light {
			if d := int(printedLight(l)) - int(c[i]); d < -2 || d > 2 {
				return false
			}
		}
	}
	return true
}

// convert changes a picture's numbers to those of sRGB. Colours that sRGB does not have become the nearest of each primary.
func (p *profile) convert(m *image.RGBA) {
	const steps = 1 << 12
	var encoded [steps + 1]uint8
	for i := range encoded {
		encoded[i] = printedLight(float64(i) / steps)
	}
	for i := 0; i+3 < len(m.Pix); i += 4 {
		point := m.Pix[i : i+4 : i+4]
		alpha := int(point[3])
		if alpha == 0 {
			continue
		}
		// The numbers are multiplied by alpha, and light is not.
		whole := func(c uint8) uint8 { return uint8(min(int(c)*255/alpha, 255)) }
		for c, l := range p.linear(whole(point[0]), whole(point[1]), whole(point[2])) {
			point[c] = uint8(int(encoded[int(min(max(l, 0), 1)*steps+0.5)]) * alpha / 255)
		}
	}
}
