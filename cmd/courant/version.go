package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// versionJSON says what was built.
type versionJSON struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func versionCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  courant version\n  courant version --format json",
		Args:    arguments(cobra.NoArgs, "version"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			v := built()
			if s.format == "json" {
				return printJSON(cmd, v)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "courant %s %s (%s, %s)\n", v.Version, v.Revision, v.Go, v.Platform)
			return nil
		},
	}
}

// built reads what the linker wrote into the program.
func built() versionJSON {
	v := versionJSON{Version: "devel", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" && info.Main.Version != "(devel)" {
		v.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			v.Revision = s.Value[:12]
		}
	}
	return v
}
