//go:build ignore

// Command pictures takes pictures of a paper's pages, each at 1280 and 390 px, light and dark, and as it is printed.
//
//	go run scripts/pictures.go -to docs/images http://127.0.0.1:8080 front=/ board=/markets/ …
//
// It needs Chromium (CHROMIUM names another than the one in the path).
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// look is one way of looking at a page.
type look struct {
	name, scheme, medium string
	width                int64
}

var looks = []look{
	{"1280", "light", "screen", 1280},
	{"1280-dark", "dark", "screen", 1280},
	{"390", "light", "screen", 390},
	{"390-dark", "dark", "screen", 390},
	{"print", "light", "print", 794},
}

func main() {
	log.SetFlags(0)
	to := flag.String("to", ".", "folder for the pictures")
	only := flag.String("only", "", "the looks to take, such as 1280,390-dark; empty: all")
	most := flag.Int64("height", 3000, "most pixels of height of a picture")
	flag.Parse()
	if flag.NArg() < 2 {
		log.Fatal("usage: go run scripts/pictures.go [-to DIR] [-only LOOKS] URL NAME=PATH …")
	}
	if err := run(*to, *only, *most, flag.Arg(0), flag.Args()[1:]); err != nil {
		log.Fatal(err)
	}
}

func run(to, only string, most int64, address string, pages []string) error {
	program := os.Getenv("CHROMIUM")
	if program == "" {
		program = "chromium"
	}
	profile, err := os.MkdirTemp("", "pictures")
	if err != nil {
		return err
	}
	defer os.RemoveAll(profile)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.UserDataDir(profile), chromedp.Flag("headless", "new"), chromedp.Flag("hide-scrollbars", true))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	ctx, stop = chromedp.NewContext(ctx)
	defer stop()
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		return err
	}
	for _, p := range pages {
		name, path, ok := strings.Cut(p, "=")
		if !ok {
			return fmt.Errorf("%q is not NAME=PATH", p)
		}
		for _, l := range looks {
			if only != "" && !strings.Contains(","+only+",", ","+l.name+",") {
				continue
			}
			picture, err := take(ctx, l, address+path, most)
			if err != nil {
				return fmt.Errorf("%s at %s: %w", path, l.name, err)
			}
			file := filepath.Join(to, name+"-"+l.name+".png")
			if err := os.WriteFile(file, picture, 0o644); err != nil {
				return err
			}
			fmt.Println(file)
		}
	}
	return nil
}

// take takes one picture, of the whole page up to most pixels of height.
func take(ctx context.Context, l look, address string, most int64) ([]byte, error) {
	ctx, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: l.medium, Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: l.scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	if err != nil {
		return nil, err
	}
	screen := emulation.SetDeviceMetricsOverrideParams{Width: l.width, Height: 900, DeviceScaleFactor: 1, Mobile: l.width < 600}
	if _, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, screen); err != nil {
		return nil, err
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
		return nil, err
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("document.fonts.ready.then(() => true)", chromedp.EvalAwaitPromise)); err != nil {
		return nil, err
	}
	height, err := chromedp.Run(ctx, chromedp.Evaluate[int64]("document.documentElement.scrollHeight"))
	if err != nil {
		return nil, err
	}
	screen.Height = min(height, most)
	if _, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, screen); err != nil {
		return nil, err
	}
	r, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: "png"})
	if err != nil {
		return nil, err
	}
	return r.Data, nil
}
