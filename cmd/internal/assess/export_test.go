package assess

import "context"

// Round lets a live assessor do what there is to do, for tests of other packages.
func (l *Live) Round(ctx context.Context) { l.round(ctx) }
