package main

import (
	"github.com/spf13/cobra"

	"github.com/courant-news/courant/internal/app"
)

// settingJSON is a setting in force.
type settingJSON struct {
	Setting string `json:"setting"`
	Value   string `json:"value"`
	Origin  string `json:"origin"`
	Env     string `json:"env"`
}

func configCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "config",
		Short: "Show the operator's settings in force and where each comes from",
		Long: "Show each setting of this process and whether it comes from a flag, the environment or the default. Passwords are hidden.\n" +
			"What the newsroom sets of the paper itself, its name, sections and colours, is courant settings.",
		Example: "  courant config\n  COURANT_LISTEN=127.0.0.1:9000 courant config --format json",
		Args:    arguments(cobra.NoArgs, "config"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			var all []settingJSON
			rows := [][]string{{"setting", "value", "from"}}
			for _, setting := range app.Settings() {
				value, origin := s.effective(setting)
				if setting.Hide != nil && value != "" {
					value = setting.Hide(value)
				}
				all = append(all, settingJSON{setting.Flag, value, origin, setting.Env})
				rows = append(rows, []string{setting.Flag, value, origin})
			}
			if err := s.config().Check(); err != nil {
				return err
			}
			if s.format == "json" {
				return printJSON(cmd, all)
			}
			return table(cmd.OutOrStdout(), rows)
		},
	}
}
