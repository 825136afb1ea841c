package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/courant-news/courant/internal/app"
	"github.com/courant-news/courant/internal/staff"
)

// personJSON is somebody who works here. A link stands in it once: when it is made.
type personJSON struct {
	ID      staff.ID    `json:"id"`
	Name    string      `json:"name"`
	Email   string      `json:"email"`
	Role    staff.Role  `json:"role"`
	State   staff.State `json:"state"`
	Since   time.Time   `json:"since"`
	Link    string      `json:"link,omitempty"`
	Expires *time.Time  `json:"expires,omitempty"`
}

func personOf(p staff.Person) personJSON {
	return personJSON{ID: p.ID, Name: p.Name, Email: p.Email, Role: p.Role, State: p.State, Since: p.Since}
}

func staffCommand(s *settings) *cobra.Command {
	return group(&cobra.Command{
		Use:   "staff",
		Short: "Say who works at the paper, and let people in",
		Long: "Say who works at the paper, and let people in. Who can run this on the paper's data may do what an owner may; each change\n" +
			"stands in the audit trail as made by the command line. A paper that is being served knows of it at once.",
		Example: "  courant staff add Ann --email ann@paper.example --role owner\n  courant staff list\n  courant staff reset ann@paper.example",
	}, staffAddCommand(s), staffListCommand(s), staffResetCommand(s), staffStateCommand(s, "disable"), staffStateCommand(s, "enable"))
}

func staffAddCommand(s *settings) *cobra.Command {
	var email, role string
	cmd := &cobra.Command{
		Use:   "add NAME",
		Short: "Add somebody, and print the link by which they come in",
		Long: "Add somebody to the paper and print the link by which they choose a password. It is used once, within three days, and\n" +
			"cannot be shown again: \"courant staff reset\" makes another. Roles: owner, editor, reporter, contributor, auditor.",
		Example: "  courant staff add Ann --email ann@paper.example --role owner\n  courant staff add Ben --email ben@paper.example --role reporter --format json",
		Args:    arguments(cobra.ExactArgs(1), "staff add NAME --email ADDRESS --role ROLE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return house(cmd, s, func(h *app.House) error {
				r, err := staff.ParseRole(role)
				if err != nil {
					return err
				}
				p, l, err := h.Gate.Invite(cmd.Context(), h.Gate.Operator(), args[0], email, r)
				if err != nil {
					return err
				}
				return printLink(cmd, s, h, p, l, fmt.Sprintf("This is the link for %s, %s.", p.Name, p.Role))
			})
		},
	}
	cmd.Flags().StringVar(&email, "email", "", "the address by which they sign in")
	cmd.Flags().StringVar(&role, "role", "", "owner, editor, reporter, contributor or auditor")
	return cmd
}

// printLink prints a link by itself, and beside it what it is.
func printLink(cmd *cobra.Command, s *settings, h *app.House, p staff.Person, l staff.Link, what string) error {
	origin := h.Config.Origin(h.Config.Listen)
	if s.format == "json" {
		j := personOf(p)
		j.Link, j.Expires = l.At(origin), &l.Expires
		return printJSON(cmd, j)
	}
	fmt.Fprintln(cmd.OutOrStdout(), l.At(origin))
	where := ""
	if origin == "" {
		where = " Put the paper's address before it, or set --url."
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "%s It is good once, until %s UTC, and is not shown again: hand it to nobody else.%s\n", what, moment(l.Expires), where)
	return nil
}

func staffListCommand(s *settings) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "Print who works at the paper",
		Long:    "Print everybody by name: the address by which they sign in, their role, whether they may sign in, and since when they are here.",
		Example: "  courant staff list\n  courant staff list --format json",
		Args:    arguments(cobra.NoArgs, "staff list"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return house(cmd, s, func(h *app.House) error {
				people, err := h.Gate.People(cmd.Context(), h.Gate.Operator())
				if err != nil {
					return err
				}
				if s.format == "json" {
					all := []personJSON{}
					for _, p := range people {
						all = append(all, personOf(p))
					}
					return printJSON(cmd, all)
				}
				if len(people) == 0 {
					fmt.Fprintln(cmd.OutOrStdout(), "Nobody works here yet; courant serve prints a link for the first owner, and courant staff add NAME makes one.")
					return nil
				}
				rows := [][]string{{"name", "e-mail", "role", "state", "since"}}
				for _, p := range people {
					rows = append(rows, []string{p.Name, p.Email, string(p.Role), string(p.State), moment(p.Since)})
				}
				return table(cmd.OutOrStdout(), rows)
			})
		},
	}
}

func staffResetCommand(s *settings) *cobra.Command {
	var everything bool
	cmd := &cobra.Command{
		Use:   "reset EMAIL",
		Short: "Print a link by which somebody chooses another password",
		Long: "Print a link by which somebody chooses another password, within half an hour; all their sessions then end. Who has an app\n" +
			"for codes is still asked for one, and passkeys stay; --everything forgets these too, for who has lost them or had them\n" +
			"stolen. Who was invited and has not come gets a new invitation.",
		Example: "  courant staff reset ann@paper.example\n  courant staff reset ann@paper.example --everything --format json",
		Args:    arguments(cobra.ExactArgs(1), "staff reset EMAIL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return house(cmd, s, func(h *app.House) error {
				by := h.Gate.Operator()
				p, err := h.Gate.Person(cmd.Context(), by, args[0])
				if err != nil {
					return err
				}
				l, err := h.Gate.Reset(cmd.Context(), by, p.ID, everything)
				if err != nil {
					return err
				}
				return printLink(cmd, s, h, p, l, fmt.Sprintf("By this link %s chooses a password.", p.Name))
			})
		},
	}
	cmd.Flags().BoolVar(&everything, "everything", false, "forget their passkeys, their app for codes and the recovery codes too")
	return cmd
}

// staffStateCommand makes the command that keeps somebody out, and the one that lets them in again.
func staffStateCommand(s *settings, verb string) *cobra.Command {
	short, long := "Keep somebody out", "Keep somebody out, at once: all their sessions end, and every link. What they wrote stays theirs. The only owner stays."
	change := (*staff.Gate).Disable
	if verb == "enable" {
		short, long = "Let somebody in again", "Let somebody in again who was disabled, by the ways in which they signed in before."
		change = (*staff.Gate).Enable
	}
	return &cobra.Command{
		Use:     verb + " EMAIL",
		Short:   short,
		Long:    long,
		Example: "  courant staff " + verb + " ann@paper.example\n  courant staff " + verb + " ann@paper.example --database postgres://courant@db/courant",
		Args:    arguments(cobra.ExactArgs(1), "staff "+verb+" EMAIL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return house(cmd, s, func(h *app.House) error {
				by := h.Gate.Operator()
				p, err := h.Gate.Person(cmd.Context(), by, args[0])
				if err != nil {
					return err
				}
				if err := change(h.Gate, cmd.Context(), by, p.ID); err != nil {
					return err
				}
				if p, err = h.Gate.Person(cmd.Context(), by, args[0]); err != nil {
					return err
				}
				if s.format == "json" {
					return printJSON(cmd, personOf(p))
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s is %s.\n", p.Name, p.State)
				return nil
			})
		},
	}
}
