package desk

import (
	"context"
	"io"
	"net/http"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/media"
	"github.com/courant-news/courant/internal/staff"
)

// PicturesPage is the pictures that are kept.
type PicturesPage struct {
	Frame
	Pictures []PictureRow
	CanAdd   bool
	Next     string
}

// PictureRow is a picture in the list.
type PictureRow struct {
	Name, File, Src, By string
	Width, Height       int
	At                  Moment
	CanDrop             bool
}

func (d *Desk) pictures(w http.ResponseWriter, v visit) error {
	const page = 48
	which := media.Selection{After: v.URL.Query().Get("after"), Limit: page}
	if d.gate.May(v.person(), staff.ReadDrafts, "") != nil {
		which.By = string(v.person().ID) // what others have sent may be of stories that the visitor may not read
	}
	list, err := d.o.Pictures.Pictures(v.Context(), which)
	if err != nil {
		return err
	}
	names, err := d.names(v)
	if err != nil {
		return err
	}
	p := PicturesPage{Frame: d.room(v, "Pictures"), CanAdd: d.gate.May(v.person(), staff.Media, v.person().ID) == nil}
	p.Standfirst = "A picture is drawn anew in several sizes when it comes, without anything that the camera wrote into it. Readers can see it once a published story shows it."
	for _, picture := range list {
		row := PictureRow{
			Name: picture.Name, File: picture.File, Width: picture.Width, Height: picture.Height, At: d.momentOf(picture.At),
			By: names[staff.ID(picture.By)], CanDrop: d.gate.May(v.person(), staff.Media, staff.ID(picture.By)) == nil,
		}
		for _, r := range picture.Renditions {
			if r.Type != media.WebP && (row.Src == "" || r.Width <= 400) {
				row.Src = picturePath + r.Path()[len(media.Prefix):]
			}
		}
		p.Pictures = append(p.Pictures, row)
	}
	if len(list) == page {
		p.Next = "/desk/pictures?after=" + list[page-1].Name
	}
	return d.answer(w, v.Request, http.StatusOK, picturesPage(p))
}

// names are what people are called; to who may not see them, nobody is called anything.
func (d *Desk) names(v visit) (map[staff.ID]string, error) {
	if d.gate.May(v.person(), staff.SeeStaff, "") != nil {
		return nil, nil
	}
	people, err := d.gate.People(v.Context(), v.session)
	names := make(map[staff.ID]string, len(people))
	for _, p := range people {
		names[p.ID] = p.Name
	}
	return names, err
}

// addPicture takes an upload.
func (d *Desk) addPicture(w http.ResponseWriter, v visit) error {
	file, header, err := v.FormFile("picture")
	if err != nil {
		return fault.Because(fault.Invalid, "no picture was sent: choose a file of at most 20 MB: %w", err)
	}
	defer file.Close()
	body, err := io.ReadAll(file)
	if err != nil {
		return fault.Because(fault.Invalid, "the picture did not come whole: send it again: %w", err)
	}
	picture, err := d.o.Darkroom.Add(v.Context(), media.Upload{Body: body, By: string(v.person().ID), File: header.Filename})
	if err != nil {
		return err
	}
	d.tell(v, "keep a picture", picture.Name)
	http.Redirect(w, v.Request, "/desk/pictures?said=kept#"+picture.Name, http.StatusSeeOther)
	return nil
}

// dropPicture drops a picture that no story has ever shown.
func (d *Desk) dropPicture(w http.ResponseWriter, v visit) error {
	name := v.PathValue("name")
	picture, err := d.o.Pictures.Picture(v.Context(), name)
	if err != nil {
		return err
	}
	if err := d.gate.MayNow(v.session, staff.Media, staff.ID(picture.By)); err != nil {
		return err
	}
	if err := d.o.Pictures.DropPicture(v.Context(), name, func(ctx context.Context) (bool, error) { return d.newsroom.Uses(ctx, name) }); err != nil {
		return err
	}
	d.tell(v, "drop a picture", name)
	http.Redirect(w, v.Request, "/desk/pictures?said=dropped", http.StatusSeeOther)
	return nil
}

// rendition shows a picture to who works here, whether or not readers may see it yet.
func (d *Desk) rendition(w http.ResponseWriter, v visit) error {
	everybody := func(context.Context, string) (bool, error) { return true, nil }
	return media.Serve(d.o.Pictures, everybody, media.Unpublished)(w, v.Request)
}
