package main

import (
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/api/mcp"
	"github.com/courant-news/courant/internal/app"
)

func mcpCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "mcp",
		Short: "Answer a language model's client on standard input and output",
		Long: `Speak the Model Context Protocol with one client, over standard input and output, until the client ends. It is given the
tools rates, series, convert, explain, dossier and audit, which change nothing; every number comes with its source and its times.
As at /mcp, only sources speak whose terms allow their numbers to be passed on.

You do not start it yourself: your client does. Register it there as a local server (transport "stdio") by its command and
its arguments; most clients keep them in a file of JSON, such as

  {"mcpServers": {"courant": {"command": "/usr/local/bin/courant", "args": ["mcp", "--data", "/var/lib/courant"]}}}

A paper that is served already is registered by its address instead, https://paper.example/mcp (transport "streamable HTTP").`,
		Example: "  courant mcp\n  courant mcp --data /var/lib/courant\n  courant mcp --database postgres://courant@db/courant",
		Args:    arguments(cobra.NoArgs, "mcp"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return house(cmd, s, func(h *app.House) error {
				log := slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), nil)) // standard output is the client's
				face := api.New(h.Ledger, h.Bus, api.Options{Log: log})
				in, ok := cmd.InOrStdin().(io.ReadCloser) // standard input, which is closed to end a read that waits
				if !ok {
					in = io.NopCloser(cmd.InOrStdin())
				}
				return mcp.Serve(cmd.Context(), face, h.Paper, in, cmd.OutOrStdout())
			})
		},
	}
}
