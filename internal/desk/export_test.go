package desk

// Patterns are the addresses of the desk for who is signed in, as [http.ServeMux] has them.
func (d *Desk) Patterns() []string {
	var all []string
	for _, r := range d.routes() {
		all = append(all, r.pattern)
	}
	return all
}
