package media

import (
	"bytes"
	"encoding/binary"

	"github.com/courant-news/courant/internal/fault"
)

// frame is what decoding a JPEG will take, by its markers: ITU-T T.81, annex B.
type frame struct {
	progressive bool
	sampling    [][2]int64 // horizontal and vertical, by component
	exif        []byte
	profile     []byte // put together of its parts
}

// Markers of a JPEG.
const (
	sof0, sof2 = 0xc0, 0xc2 // frames: baseline to progressive
	rst0, rst7 = 0xd0, 0xd7
	eoi, sos   = 0xd9, 0xda
	app1, app2 = 0xe1, 0xe2
)

// readFrame reads the markers of a JPEG. It refuses one that goes over its points too often.
func readFrame(body []byte) (f frame, err error) {
	scans := 0
	segments(body, func(marker byte, data []byte) {
		switch {
		case marker >= sof0 && marker <= sof2 && f.sampling == nil && len(data) >= 6:
			f.progressive = marker == sof2
			for c := data[6:]; len(c) >= 3; c = c[3:] {
				f.sampling = append(f.sampling, [2]int64{int64(c[1] >> 4), int64(c[1] & 15)})
			}
		case marker == sos:
			scans++
		case marker == app1 && f.exif == nil:
			if metadata, ok := bytes.CutPrefix(data, []byte("Exif\x00\x00")); ok {
				f.exif = metadata
			}
		case marker == app2 && len(f.profile) <= mostProfile:
			const count = 2 // which part it is, and of how many: they stand in order
			if part, ok := bytes.CutPrefix(data, []byte("ICC_PROFILE\x00")); ok && len(part) > count {
				f.profile = append(f.profile, part[count:]...)
			}
		}
	})
	if scans > mostScans {
		return frame{}, fault.Because(fault.Invalid, "the picture goes over its points %d times; %d is the most: save it without progressive steps", scans, mostScans)
	}
	if len(f.sampling) == 1 {
		f.sampling[0] = [2]int64{1, 1} // whatever it says, by A.2.2
	}
	return f, nil
}

// segments visits the markers in the order in which Go's decoder meets them, with what their segments hold: a marker that
// only one of the two saw would be a way around the limits.
func segments(body []byte, visit func(marker byte, data []byte)) {
	for body = body[2:]; ; {
		at := bytes.IndexByte(body, 0xff)
		if at < 0 {
			return
		}
		for at < len(body) && body[at] == 0xff { // any number of them may stand before a marker
			at++
		}
		if at == len(body) {
			return
		}
		marker := body[at]
		body = body[at+1:]
		if marker == 0 || marker >= rst0 && marker <= rst7 { // within the data of a scan
			continue
		}
		if marker == eoi || len(body) < 2 {
			return
		}
		length := int(binary.BigEndian.Uint16(body))
		if length < 2 || length > len(body) {
			return
		}
		visit(marker, body[2:length])
		body = body[length:]
	}
}

// weight is about the bytes that decoding takes: a byte for each sample, four more where it is kept until the last scan, and
// four for each point where a picture of another kind is made in the end.
func (f frame) weight(width, height int) int64 {
	w, h := int64(width), int64(height)
	if len(f.sampling) == 0 || f.sampling[0][0] == 0 || f.sampling[0][1] == 0 {
		return 8 * w * h // the decoder will refuse it
	}
	across, down := 8*f.sampling[0][0], 8*f.sampling[0][1]
	blocks := ((w + across - 1) / across) * ((h + down - 1) / down)
	var samples int64
	for _, s := range f.sampling {
		samples += blocks * 64 * s[0] * s[1]
	}
	weight := samples
	if f.progressive {
		weight += 4 * samples
	}
	if len(f.sampling) == 4 {
		weight += 4 * w * h
	}
	return weight
}

// orientation reads how a picture is to be turned, 1 to 8, out of Exif metadata: CIPA DC-008, 4.6.4. Whatever cannot be
// read is 1, which leaves it as it is.
func orientation(exif []byte) int {
	var order binary.ByteOrder = binary.BigEndian
	switch {
	case bytes.HasPrefix(exif, []byte("II*\x00")):
		order = binary.LittleEndian
	case !bytes.HasPrefix(exif, []byte("MM\x00*")):
		return 1
	}
	if len(exif) < 8 {
		return 1
	}
	at := int64(order.Uint32(exif[4:]))
	if at+2 > int64(len(exif)) {
		return 1
	}
	entries := exif[at+2:]
	for range order.Uint16(exif[at:]) {
		const tag, short = 0x0112, 3
		if len(entries) < 12 {
			return 1
		}
		if order.Uint16(entries) == tag && order.Uint16(entries[2:]) == short {
			if o := order.Uint16(entries[8:]); o >= 1 && o <= 8 {
				return int(o)
			}
			return 1
		}
		entries = entries[12:]
	}
	return 1
}
