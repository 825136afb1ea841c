package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// settings are the flags that every command takes.
type settings struct {
	flags  *pflag.FlagSet
	values map[string]*string
	format string
	dev    bool
}

func (s *settings) declare(cmd *cobra.Command) {
	s.flags = cmd.PersistentFlags()
	s.values = map[string]*string{}
	for _, setting := range app.Settings() {
		s.values[setting.Flag] = s.flags.String(setting.Flag, setting.Default, setting.Usage+" ["+setting.Env+"]")
	}
	s.flags.StringVar(&s.format, "format", "text", "what to print: text or json; courant audit also sarif or html")
	s.flags.BoolVar(&s.dev, "dev", false, "for developers: read the pages' assets from the checkout")
	cmd.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		known := []string{"text", "json"}
		if more, ok := cmd.Annotations[moreFormats]; ok {
			known = append(known, strings.Fields(more)...)
		}
		if !slices.Contains(known, s.format) {
			return fault.Because(fault.Invalid, "there is no format %q: it may be %s", s.format, strings.Join(known, " or "))
		}
		return nil
	}
}

// moreFormats is the annotation by which a command names the formats that it prints beside text and json.
const moreFormats = "formats"

// effective returns a setting's value and where it comes from: flag, environment or default.
func (s *settings) effective(setting app.Setting) (value, origin string) {
	if s.flags.Changed(setting.Flag) {
		return *s.values[setting.Flag], "flag --" + setting.Flag
	}
	if v, ok := os.LookupEnv(setting.Env); ok {
		return v, "environment " + setting.Env
	}
	return setting.Default, "default"
}

// config gathers the settings in force.
func (s *settings) config() app.Config {
	value := func(flag string) string {
		setting, ok := app.SettingOf(flag)
		if !ok {
			panic(fmt.Sprintf("no setting %q", flag))
		}
		v, _ := s.effective(setting)
		return v
	}
	return app.Config{
		Data: value("data"), Database: value("database"), Listen: value("listen"), Metrics: value("metrics"),
		AddressFile: value("address-file"), URL: value("url"), Name: value("name"), Base: value("base"), Dev: s.dev,
		Wire: value("wire"), Mirror: value("mirror"), SourceKeys: value("source-keys"), Memory: value("memory"), PerAddress: value("per-address"), NATS: value("nats"), Streams: value("streams"),
		Quotes: value("quotes"), Display: value("display"), Drop: value("drop"), Trades: value("trades"),
		Proxies:   value("proxies"),
		Receivers: value("receivers"),
		Hub:       value("hub"),
	}
}

// base is that of a board where none is named: the flag's, or the one that the paper is set to.
func (s *settings) base(ctx context.Context, h *app.House) (currency.Code, error) {
	configured := h.Config.Masthead()
	if s.flags.Changed("base") {
		return configured.Base, nil
	}
	m, err := h.Paper.Masthead(ctx)
	return m.Or(configured).Base, err
}
