package main

import (
	"fmt"
	"net"

	"github.com/spf13/cobra"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/fault"
)

// checkJSON is one thing that the doctor looked at.
type checkJSON struct {
	What    string `json:"what"`
	OK      bool   `json:"ok"`
	Finding string `json:"finding"`
}

func doctorCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Examine the store and the settings",
		Long: "Examine the store and the settings and say of each whether it is as it should be. It changes nothing, but opening\n" +
			"a store of an older version brings it up to date. The exit code is 1 if anything is wrong.",
		Example: "  courant doctor --data courant-data\n  courant doctor --format json",
		Args:    arguments(cobra.NoArgs, "doctor"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if c := s.config(); !c.Begun() { // who examines makes nothing
				return fault.Because(fault.NotFound, "there is no paper in %s: courant serve and courant import make one, and --data names another directory", c.Data)
			}
			return house(cmd, s, func(h *app.House) error {
				checks, err := examine(cmd, h)
				if err != nil {
					return err
				}
				if s.format == "json" {
					if err := printJSON(cmd, checks); err != nil {
						return err
					}
				} else if err := printChecks(cmd, checks); err != nil {
					return err
				}
				for _, c := range checks {
					if !c.OK {
						return fault.Because(fault.Internal, "something is wrong: see above")
					}
				}
				return nil
			})
		},
	}
}

func examine(cmd *cobra.Command, h *app.House) ([]checkJSON, error) {
	checks := []checkJSON{{What: "engine", OK: true, Finding: h.Store.Engine()}}
	findings, err := h.Store.Check(cmd.Context())
	if err != nil {
		return nil, err
	}
	for _, f := range findings {
		checks = append(checks, checkJSON{f.What, f.OK, f.Finding})
	}
	checks = append(checks, checkJSON{What: "who can reach the paper", OK: true, Finding: reach(h.Config.Listen)})
	if h.Config.Metrics != "" {
		private := reach(h.Config.Metrics)
		checks = append(checks, checkJSON{What: "who can reach the metrics", OK: private == onlyHere, Finding: private})
	}
	return checks, nil
}

const onlyHere = "only this machine"

// reach says in words who can reach an address.
func reach(address string) string {
	host, _, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err == nil && (host == "localhost" || ip != nil && ip.IsLoopback()) {
		return onlyHere
	}
	return "every machine that can reach " + address
}

func printChecks(cmd *cobra.Command, checks []checkJSON) error {
	var rows [][]string
	for _, c := range checks {
		mark := "ok"
		if !c.OK {
			mark = "WRONG"
		}
		rows = append(rows, []string{mark, c.What, c.Finding})
	}
	if err := table(cmd.OutOrStdout(), rows); err != nil {
		return fmt.Errorf("print the findings: %w", err)
	}
	return nil
}
