package media_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"testing"

	"github.com/courant-news/courant/internal/media"
)

// The primaries of two colour spaces, adapted to D50, as their profiles have them.
var (
	displayP3 = [3][3]float64{{0.515102, 0.241182, -0.001050}, {0.291965, 0.692236, 0.041882}, {0.157153, 0.066582, 0.784378}}
	plainSRGB = [3][3]float64{{0.436075, 0.222504, 0.013932}, {0.385065, 0.716879, 0.097105}, {0.143080, 0.060617, 0.714173}}
)

func fixed(v float64) []byte { return binary.BigEndian.AppendUint32(nil, uint32(int32(v*65536))) }

// icc is a profile of three primaries and one curve.
func icc(primaries [3][3]float64, curve []byte) []byte {
	head := make([]byte, 128)
	copy(head[16:], "RGB XYZ ")
	copy(head[36:], "acsp")
	names := []string{"rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC"}
	table := binary.BigEndian.AppendUint32(nil, uint32(len(names)))
	var data []byte
	at := uint32(128 + 4 + 12*len(names))
	for i, name := range names {
		tag := curve
		if i < 3 {
			tag = append([]byte("XYZ "), 0, 0, 0, 0)
			for _, v := range primaries[i] {
				tag = append(tag, fixed(v)...)
			}
		}
		table = binary.BigEndian.AppendUint32(append(table, name...), at)
		table = binary.BigEndian.AppendUint32(table, uint32(len(tag)))
		data = append(data, tag...)
		at += uint32(len(tag))
	}
	return append(append(head, table...), data...)
}

// formula is a curve of a kind with its numbers.
func formula(kind uint16, values ...float64) []byte {
	out := binary.BigEndian.AppendUint16([]byte("para\x00\x00\x00\x00"), kind)
	out = append(out, 0, 0)
	for _, v := range values {
		out = append(out, fixed(v)...)
	}
	return out
}

// points is a curve as a table.
func points(values ...uint16) []byte {
	out := binary.BigEndian.AppendUint32([]byte("curv\x00\x00\x00\x00"), uint32(len(values)))
	for _, v := range values {
		out = binary.BigEndian.AppendUint16(out, v)
	}
	return out
}

var srgbCurve = formula(3, 2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045)

// coloured is a picture of one colour.
func coloured(c color.Color) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, 64, 64))
	draw.Draw(m, m.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	return m
}

func withProfile(t *testing.T, kind media.Kind, m image.Image, profile []byte) []byte {
	t.Helper()
	if kind == media.JPEG {
		half := len(profile) / 2 // in two parts, as long ones are
		file := withSegment(asJPEG(t, m), 0xe2, append([]byte("ICC_PROFILE\x00\x02\x02"), profile[half:]...))
		return withSegment(file, 0xe2, append([]byte("ICC_PROFILE\x00\x01\x02"), profile[:half]...))
	}
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	if _, err := z.Write(profile); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return withChunk(asPNG(t, m), "iCCP", append([]byte("a name\x00\x00"), b.Bytes()...))
}

func TestColoursOfOtherSpacesBecomeThoseOfSRGB(t *testing.T) {
	grey := color.NRGBA{120, 120, 120, 255}
	for _, c := range []struct {
		name     string
		profile  []byte
		is, want color.NRGBA
	}{
		{"the red of sRGB in Display P3", icc(displayP3, srgbCurve), color.NRGBA{234, 51, 35, 255}, color.NRGBA{255, 0, 0, 255}},
		{"its green", icc(displayP3, srgbCurve), color.NRGBA{117, 251, 76, 255}, color.NRGBA{0, 255, 0, 255}},
		{"a red beyond sRGB", icc(displayP3, srgbCurve), color.NRGBA{255, 0, 0, 255}, color.NRGBA{255, 0, 0, 255}},
		{"half a red that shines through", icc(displayP3, srgbCurve), color.NRGBA{234, 51, 35, 128}, color.NRGBA{255, 0, 0, 128}},
		{"a grey", icc(displayP3, srgbCurve), grey, grey},
		{"sRGB itself", icc(plainSRGB, srgbCurve), color.NRGBA{200, 90, 40, 255}, color.NRGBA{200, 90, 40, 255}},
		{"light without a curve", icc(plainSRGB, points()), color.NRGBA{55, 55, 55, 255}, color.NRGBA{128, 128, 128, 255}},
		{"a table of light", icc(plainSRGB, points(0, 65535)), color.NRGBA{55, 55, 55, 255}, color.NRGBA{128, 128, 128, 255}},
		{"a power of 1.8", icc(plainSRGB, points(0x01cd)), grey, color.NRGBA{139, 139, 139, 255}},
		{"a formula of 1.8", icc(plainSRGB, formula(0, 1.8)), grey, color.NRGBA{139, 139, 139, 255}},
		{"a power from a point on", icc(plainSRGB, formula(1, 1.8, 1, 0)), grey, color.NRGBA{139, 139, 139, 255}},
		{"a power that is lifted", icc(plainSRGB, formula(2, 1.8, 1, 0, 0)), grey, color.NRGBA{139, 139, 139, 255}},
		{"two formulas, lifted", icc(plainSRGB, formula(4, 1.8, 1, 0, 1, 0, 0, 0)), grey, color.NRGBA{139, 139, 139, 255}},
	} {
		for _, kind := range []media.Kind{media.JPEG, media.PNG} {
			if kind == media.JPEG && c.is.A < 255 {
				continue
			}
			got := color.NRGBAModel.Convert(drawn(t, develop(t, withProfile(t, kind, coloured(c.is), c.profile)).Renditions[0]).At(30, 30)).(color.NRGBA)
			for i, d := range []int{int(got.R) - int(c.want.R), int(got.G) - int(c.want.G), int(got.B) - int(c.want.B), int(got.A) - int(c.want.A)} {
				if d < -4 || d > 4 {
					t.Errorf("%s in a %s: %v is drawn as %v, want %v (%d)", c.name, kind, c.is, got, c.want, i)
				}
			}
		}
	}
}

func TestAProfileThatCannotBeReadChangesNothing(t *testing.T) {
	good := icc(displayP3, srgbCurve)
	printers := bytes.Clone(good)
	copy(printers[16:], "CMYKLab ")
	is := color.NRGBA{234, 51, 35, 255}
	profiles := map[string][]byte{
		"a printer's": printers, "an unknown curve": icc(displayP3, []byte("what\x00\x00\x00\x00\x00\x00\x00\x00")), "a formula of no kind": icc(displayP3, formula(9, 1)),
		"a formula cut short": icc(displayP3, formula(3, 1)), "a table that says it is longer": icc(displayP3, points(3, 4)[:14]),
		"nothing that is a number": icc(displayP3, formula(1, -0.5, 0, -1)), "too long": append(bytes.Clone(good), make([]byte, 1<<20)...),
	}
	for n := 2; n < len(good); n += 20 {
		profiles[fmt.Sprintf("cut off after %d bytes", n)] = good[:n]
	}
	for name, profile := range profiles {
		body := withProfile(t, media.PNG, coloured(is), profile)
		if got := drawn(t, develop(t, body).Renditions[0]).At(30, 30); !near(got, is) {
			t.Errorf("%s: %v is drawn as %v", name, is, got)
		}
	}
}
