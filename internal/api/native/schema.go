package native

import (
	"encoding"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/courant-news/courant/internal/api"
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
)

// schemas makes JSON Schema (2020-12, as OpenAPI 3.1 has it) of Go types: of structs by their fields, with the tags json,
// doc and enum. Structs that have a name stand under it once.
type schemas struct{ named map[string]object }

// of is the schema of a type.
func (s *schemas) of(t reflect.Type) object {
	switch t {
	case reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case reflect.TypeFor[currency.Date]():
		return object{"type": "string", "pattern": `^\d{4}(-\d{2}(-\d{2})?)?$`}
	case reflect.TypeFor[api.Number](), reflect.TypeFor[json.Number]():
		return object{"type": "number"}
	case reflect.TypeFor[currency.Code]():
		return object{"type": "string", "pattern": "^[A-Z]{3}$"}
	case reflect.TypeFor[market.ID]():
		return object{"type": "string", "pattern": "^[a-z2-7]{16}$"}
	}
	if t.Kind() == reflect.Pointer {
		return s.of(t.Elem())
	}
	if t.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
		return object{"type": "string"}
	}
	switch t.Kind() {
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int:
		return object{"type": "integer"}
	case reflect.Slice:
		return object{"type": "array", "items": s.of(t.Elem())}
	case reflect.Struct:
		name := typeName(t)
		if s.named[name] == nil {
			schema := object{"type": "object"}
			s.named[name] = schema // before its fields, one of which may be of the same type
			maps.Copy(schema, s.object(t))
		}
		return object{"$ref": "#/components/schemas/" + name}
	}
	panic("native: no schema for " + t.String()) // a mistake in a declaration, which every test meets
}

// object is the schema of a struct's fields.
func (s *schemas) object(t reflect.Type) object {
	properties, required := object{}, []string{}
	for _, f := range fields(t) {
		schema := s.of(f.Type)
		if words := f.Tag.Get("enum"); words != "" {
			schema["enum"] = strings.Fields(words)
		}
		if doc := f.Tag.Get("doc"); doc != "" {
			schema["description"] = doc
		}
		optional := leftOut(f)
		if f.Type.Kind() == reflect.Pointer && !optional {
			schema["type"] = []any{schema["type"], "null"}
		}
		if !optional {
			required = append(required, nameOf(f))
		}
		properties[nameOf(f)] = schema
	}
	return object{"properties": properties, "required": required}
}

// leftOut says whether a field is left out where it is empty.
func leftOut(f reflect.StructField) bool {
	return strings.Contains(f.Tag.Get("json"), ",omitempty") || strings.Contains(f.Tag.Get("json"), ",omitzero")
}

// fields are a struct's fields in JSON, those of embedded structs in their place.
func fields(t reflect.Type) []reflect.StructField {
	var all []reflect.StructField
	for i := range t.NumField() {
		if f := t.Field(i); f.Anonymous {
			all = append(all, fields(f.Type)...)
		} else {
			all = append(all, f)
		}
	}
	return all
}

// typeName is a type's name in the document.
func typeName(t reflect.Type) string {
	name := []rune(t.Name())
	name[0] = unicode.ToUpper(name[0])
	return string(name)
}

// document is the description of the interface in OpenAPI 3.1.
func (n *native) document(api.Question) (api.Reply, error) {
	body, err := encoded(describe(n.endpoints))
	return api.Reply{Body: body, Lasting: true}, err
}

// describe makes the document of the endpoints.
func describe(endpoints []endpoint) object {
	s := &schemas{named: map[string]object{}}
	paths := object{}
	for _, e := range endpoints {
		method := "get"
		if e.Method != "" {
			method = strings.ToLower(e.Method)
		}
		paths[version+e.Path] = object{method: s.operation(e)}
	}
	s.of(reflect.TypeFor[problem]())
	return object{
		"openapi": "3.1.0",
		"info": object{
			"title":   "Courant",
			"version": "1",
			"description": "Exchange rates and share prices with who said them, about when, and when they were learnt. Numbers are exact: read them as decimals. " +
				"All replies may be read by any page of the web. An extension, .json, .csv or .ndjson, does as Accept does.",
		},
		"servers":    []object{{"url": "/"}},
		"paths":      paths,
		"components": object{"schemas": s.named},
	}
}

// operation describes an endpoint.
func (s *schemas) operation(e endpoint) object {
	whole := object{"schema": s.of(reflect.TypeOf(e.Reply))}
	content := object{"application/json": whole}
	if e.Row != nil {
		content["application/x-ndjson"] = object{"schema": s.of(reflect.TypeOf(e.Row))}
		content["text/csv"] = object{"schema": object{
			"type": "string", "description": "A heading and a row for each: " + strings.Join(columns(nil, reflect.TypeOf(e.Row), ""), ", "),
		}}
	}
	if e.open != nil {
		content = object{"text/event-stream": whole}
	}
	responses := object{"200": object{"description": e.Title, "content": content}}
	for _, t := range troubles() {
		if e.canFail(t.status) {
			responses[strconv.Itoa(t.status)] = object{
				"description": t.title,
				"content":     object{"application/problem+json": object{"schema": object{"$ref": "#/components/schemas/Problem"}}},
			}
		}
	}
	o := object{"operationId": e.Name, "summary": e.Title, "description": e.Text, "responses": responses}
	var params []object
	for _, p := range e.Params {
		params = append(params, e.parameter(p))
	}
	if params != nil {
		o["parameters"] = params
	}
	if e.Method != "" {
		body := object{"schema": object{"type": "string"}, "example": e.Sample}
		o["requestBody"] = object{"required": true, "content": object{"text/plain": body, "text/csv": body, "text/html": body, "application/json": object{}}}
	}
	return o
}

// parameter describes a parameter.
func (e endpoint) parameter(p param) object {
	schema := maps.Clone(p.schema)
	if p.Default != "" {
		schema["default"] = p.Default
	}
	o := object{"name": p.Name, "in": e.in(p), "description": p.Text, "schema": schema}
	if p.Example != "" {
		o["example"] = p.Example
	}
	if p.Must {
		o["required"] = true
	}
	return o
}

// canFail says whether an endpoint can answer with a status of trouble.
func (e endpoint) canFail(status int) bool {
	return slices.Contains([]int{400, 401, 405, 406, 429, 500, 503}, status) || slices.Contains(e.Faults, status)
}
