package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/demo"
)

func demoCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Read the demonstration paper",
		Long: "Serve a paper made of bundled stories and rates, offline. It is kept in a temporary directory and gone when you\n" +
			"stop, unless --data or --database says where to keep it.",
		Example: "  courant demo\n  courant demo --listen 127.0.0.1:0 --address-file address",
		Args:    arguments(cobra.NoArgs, "demo"),
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			config := s.config()
			config.Wire = "off" // it is read on trains
			if !s.flags.Changed("data") && config.Database == "" {
				if config.Data, err = os.MkdirTemp("", "courant-demo-"); err != nil {
					return fmt.Errorf("make a temporary directory: %w", err)
				}
				defer func() { err = errors.Join(err, os.RemoveAll(config.Data)) }()
			}
			log := slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), nil))
			a, err := app.New(cmd.Context(), config, log)
			if err != nil {
				return err
			}
			if err := demo.Fill(cmd.Context(), a.Ledger, a.Newsroom); err != nil {
				// The server closes the house; a context that is done already makes it do just that.
				done, cancel := context.WithCancel(cmd.Context())
				cancel()
				return errors.Join(fmt.Errorf("fill the demonstration paper: %w", err), a.Run(done))
			}
			sayWhere(cmd, "The demonstration paper", a)
			return a.Run(cmd.Context())
		},
	}
}
