package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"rollcall/rules/catalogue"
	"rollcall/rules/policy"
	"rollcall/rules/trial"
)

func newPolicy() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Check, test, compare, try and apply policy files",
		Long: `Policy works on the compliance officer's policy: one YAML file. Its JSON Schema,
with which editors complete it, is printed by rollcall policy schema.

A call is judged by the version in force at its start. A service keeps every
version of its file that it read, by effective_from; backtest says what another
one would find in what is stored, and apply has it judge history anew.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return exit{exitUsage, fmt.Errorf("unknown command %q; see %s --help", args[0], cmd.CommandPath())}
			}
			return cmd.Help()
		},
		Args: cobra.ArbitraryArgs,
	}
	cmd.AddCommand(newPolicyCheck(), newPolicyTest(), newPolicyDiff(), newPolicyBacktest(), newPolicyApply(), newPolicySchema())
	return cmd
}

func newPolicyCheck() *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE",
		Short: "Say what is wrong with a policy file",
		Long: `Check reads a policy file and names every mistake at once, with line, column, key
and what was expected there: keys, types, durations, expressions, rules that
exceptions name and nobody has. It does not run the file's tests: see policy test.

Exit code 1: the file can't be used.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := readPolicy(args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: version %s, %d rules of its own, %d exceptions, %d tests\n",
				args[0], p.ID, len(p.Own()), len(p.Exceptions()), len(p.Trials()))
			return nil
		},
	}
}

func newPolicyTest() *cobra.Command {
	return &cobra.Command{
		Use:   "test FILE",
		Short: "Run the tests in a policy file",
		Long: `Test runs the tests in a policy file: each judges a call that is made up, by every
rule, and says what must be found and which rules must be silent.

Exit code 3: a test does not hold; 1: the file can't be used.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := readPolicy(args[0])
			if err != nil {
				return err
			}
			failures := trial.Run(p)
			for _, f := range failures {
				fmt.Fprintln(cmd.OutOrStdout(), f)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d of %d tests hold\n", len(p.Trials())-len(failures), len(p.Trials()))
			if len(failures) > 0 {
				return exit{code: exitLook}
			}
			return nil
		},
	}
}

func newPolicyDiff() *cobra.Command {
	return &cobra.Command{
		Use:   "diff BEFORE AFTER",
		Short: "Say what holds otherwise under another policy",
		Long: `Diff compares what two policy files lay down, parameter by parameter, with every
default and override: not their text. It prints a line for each that differs.`,
		Args: usage(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			before, err := readPolicy(args[0])
			after, err2 := readPolicy(args[1])
			if err := errors.Join(err, err2); err != nil {
				return err
			}
			differences := policy.Diff(before, after)
			for _, d := range differences {
				fmt.Fprintln(cmd.OutOrStdout(), d)
			}
			if len(differences) == 0 {
				fmt.Fprintln(cmd.OutOrStdout(), "no difference")
			}
			return nil
		},
	}
}

func newPolicySchema() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the policy file",
		Args:  usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := cmd.OutOrStdout().Write(policy.Schema())
			return err
		},
	}
}

// readPolicy reads a policy file, and looks whether the rules that its
// exceptions name exist.
func readPolicy(name string) (*policy.Policy, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	p, err := policy.Parse(name, data)
	if err != nil {
		return nil, err
	}
	return p, catalogue.Check(p)
}
