package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/courant-news/courant/internal/app"
)

func reindexCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "reindex",
		Short: "Make the index of words anew, by which stories are found",
		Long: "Make the index of words anew, by which readers find stories. It is kept with each publication and needs this only where\n" +
			"courant doctor says so. Readers find what they found before until it is done.",
		Example: "  courant reindex --data courant-data",
		Args:    arguments(cobra.NoArgs, "reindex"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return house(cmd, s, func(h *app.House) error {
				stories, err := h.Store.Reindex(cmd.Context())
				if err != nil {
					return err
				}
				if s.format == "json" {
					return printJSON(cmd, struct {
						Stories int `json:"stories"`
					}{stories})
				}
				_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d stories are in the index of words.\n", stories)
				return err
			})
		},
	}
}
