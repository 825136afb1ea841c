package mcp

import (
	"context"
	stdjson "encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/jsonschema-go/jsonschema"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// clerk answers the calls.
type clerk struct {
	face     *api.Face
	dossiers Dossiers
	places   chan struct{}
}

// answer is what a tool answers: its JSON for programs, and the same as text.
type answer interface{ text() string }

// add gives a server a tool: its arguments are an In, and its answers an Out, of which its schemas are made.
func add[In any, Out answer](s *sdk.Server, c *clerk, name, title, description string, do func(context.Context, In) (Out, error)) {
	no := false
	tool := &sdk.Tool{
		Name: name, Title: title, Description: description, InputSchema: schemaOf[In](), OutputSchema: schemaOf[Out](),
		Annotations: &sdk.ToolAnnotations{ReadOnlyHint: true, IdempotentHint: true, DestructiveHint: &no, OpenWorldHint: &no},
	}
	s.AddTool(tool, func(ctx context.Context, r *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
		result, err := call(ctx, c, r.Params.Arguments, do)
		if err == nil {
			return result, nil
		}
		if kind := fault.KindOf(err); kind == fault.Internal {
			c.face.Log().ErrorContext(ctx, "tool failed", "tool", name, "error", err)
		}
		return &sdk.CallToolResult{IsError: true, Content: []sdk.Content{&sdk.TextContent{Text: fault.Sentence(err)}}}, nil
	})
}

// call reads the arguments, waits for a place and answers. Calls run beside the request that they came by, where nobody
// else would catch a panic.
func call[In any, Out answer](ctx context.Context, c *clerk, arguments []byte, do func(context.Context, In) (Out, error)) (result *sdk.CallToolResult, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("%w: panic: %v\n%s", fault.Internal, cause, debug.Stack())
		}
	}()
	in, err := read[In](arguments)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case c.places <- struct{}{}:
		defer func() { <-c.places }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	out, err := do(ctx, in)
	if err != nil {
		return nil, err
	}
	structured, err := stdjson.Marshal(out)
	if err != nil {
		return nil, fmt.Errorf("write the answer: %w", err)
	}
	return &sdk.CallToolResult{
		Content: []sdk.Content{&sdk.TextContent{Text: out.text()}}, StructuredContent: stdjson.RawMessage(structured),
	}, nil
}

// read reads arguments strictly: what is not understood would else be passed over, and another question answered.
func read[In any](arguments []byte) (in In, err error) {
	if len(arguments) == 0 {
		return in, nil
	}
	err = json.Unmarshal(arguments, &in, json.RejectUnknownMembers(true))
	if err == nil {
		return in, nil
	}
	known := slices.Sorted(maps.Keys(schemaOf[In]().Properties))
	semantic, ok := errors.AsType[*json.SemanticError](err)
	switch {
	case !ok:
		return in, fault.Because(fault.Invalid, "the arguments are no proper JSON: %v", err)
	case errors.Is(err, json.ErrUnknownName):
		return in, fault.Because(fault.Invalid, "there is no argument %.60q: there are %s", semantic.JSONPointer.LastToken(), strings.Join(known, ", "))
	case errors.Is(err, fault.Invalid):
		return in, fault.Because(fault.Invalid, "%s: %s", semantic.JSONPointer.LastToken(), fault.Sentence(err))
	case semantic.JSONPointer == "":
		return in, fault.Because(fault.Invalid, "the arguments must be an object with %s", strings.Join(known, ", "))
	}
	return in, fault.Because(fault.Invalid, "the argument %.60s is of the wrong kind: see the tool's input schema", strings.TrimPrefix(string(semantic.JSONPointer), "/"))
}

// schemaOf is the JSON schema of a type of arguments or answers. It panics on a type that has none, which is a mistake in
// the program.
func schemaOf[T any]() *jsonschema.Schema {
	text := func(description, pattern string) *jsonschema.Schema {
		return &jsonschema.Schema{Type: "string", Description: description, Pattern: pattern}
	}
	s, err := jsonschema.For[T](&jsonschema.ForOptions{TypeSchemas: map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[currency.Decimal](): text("an exact decimal number", `^-?[0-9]*\.?[0-9]+$`),
		reflect.TypeFor[time.Time]():        {Type: "string", Format: "date-time"},
		reflect.TypeFor[currency.Date]():    text("a day, a month or a year", ""),
		reflect.TypeFor[group]():            {Type: "string", Enum: []any{week, month, quarter, year}},
	}})
	if err != nil {
		panic(err)
	}
	unnull(s)
	return s
}

// unnull takes null out of a schema: lists are written empty, and what is left out is not written. Several clients
// understand no type that is two.
func unnull(s *jsonschema.Schema) {
	if s == nil {
		return
	}
	if i := slices.Index(s.Types, "null"); i >= 0 && len(s.Types) == 2 {
		s.Type, s.Types = s.Types[1-i], nil
	}
	unnull(s.Items)
	for _, property := range s.Properties {
		unnull(property)
	}
}
