package main

import (
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/courant-news/courant/internal/app"
)

func serveCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Serve the paper",
		Long: "Serve the paper until it is interrupted; running requests are finished first, and a\n" +
			"second interruption ends it at once. It works without any setting. As long as nobody works at the paper, each start\n" +
			"prints another link by which its first owner comes in.",
		Example: "  courant serve\n" +
			"  courant serve --data /var/lib/courant --listen 127.0.0.1:8080 --metrics 127.0.0.1:9464\n" +
			"  courant serve --database postgres://courant@db/courant --listen 127.0.0.1:0 --address-file address",
		Args: arguments(cobra.NoArgs, "serve"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			log := slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), nil))
			a, err := app.New(cmd.Context(), s.config(), log)
			if err != nil {
				return err
			}
			sayWhere(cmd, "The paper", a)
			return a.Run(cmd.Context())
		},
	}
}

// sayWhere prints the addresses of what is about to be served.
func sayWhere(cmd *cobra.Command, what string, a *app.App) {
	fmt.Fprintf(cmd.OutOrStdout(), "%s is at http://%s/ (Ctrl-C stops it).\n", what, a.Addr())
	if m := a.MetricsAddr(); m != "" {
		fmt.Fprintf(cmd.OutOrStdout(), "Metrics are at http://%s/metrics.\n", m)
	}
	if link := a.SetupLink(); link != "" { // not into the log, whose lines go to others
		fmt.Fprintf(cmd.OutOrStdout(), "Nobody works here yet. Who opens this link becomes the owner, once, within a day: %s\n", link)
	}
}
