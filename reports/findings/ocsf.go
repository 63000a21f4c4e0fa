package findings

import (
	"cmp"
	"io"
	"iter"

	"rollcall/reports/timeline"
	"rollcall/schema"
)

// OCSFVersion is the version of the Open Cybersecurity Schema Framework that
// WriteOCSF follows: class Compliance Finding (2003), with the profile incident.
const OCSFVersion = "1.8.0"

// A Rule is what OCSF wants to know of a finding's rule.
type Rule struct {
	ID, Title, Control, Document, Section, Remediation string
}

// OCSF says what goes with every finding.
type OCSF struct {
	Version string            // of this program
	Rule    func(string) Rule // by id
}

type ocsfFinding struct {
	ActivityID   int            `json:"activity_id"`
	ActivityName string         `json:"activity_name"`
	CategoryUID  int            `json:"category_uid"`
	CategoryName string         `json:"category_name"`
	ClassUID     int            `json:"class_uid"`
	ClassName    string         `json:"class_name"`
	TypeUID      int            `json:"type_uid"`
	TypeName     string         `json:"type_name"`
	Time         int64          `json:"time"`
	StartTime    int64          `json:"start_time,omitzero"`
	SeverityID   int            `json:"severity_id"`
	Severity     string         `json:"severity"`
	StatusID     int            `json:"status_id"`
	Status       string         `json:"status"`
	StatusDetail string         `json:"status_detail,omitzero"`
	Message      string         `json:"message,omitzero"`
	Comment      string         `json:"comment,omitzero"`
	Assignee     *ocsfUser      `json:"assignee,omitzero"`
	VerdictID    int            `json:"verdict_id,omitzero"`
	Verdict      string         `json:"verdict,omitzero"`
	Metadata     ocsfMetadata   `json:"metadata"`
	FindingInfo  ocsfInfo       `json:"finding_info"`
	Compliance   ocsfCompliance `json:"compliance"`
	Remediation  *ocsfDesc      `json:"remediation,omitzero"`
	Resources    []ocsfResource `json:"resources,omitzero"`
	Evidences    []ocsfEvidence `json:"evidences,omitzero"`
	Unmapped     ocsfUnmapped   `json:"unmapped"`
}

type ocsfUser struct {
	Name string `json:"name"`
}

type ocsfDesc struct {
	Desc string `json:"desc"`
}

type ocsfMetadata struct {
	Version   string      `json:"version"`
	Product   ocsfProduct `json:"product"`
	Profiles  []string    `json:"profiles"`
	TenantUID string      `json:"tenant_uid,omitzero"`
}

type ocsfProduct struct {
	Name       string `json:"name"`
	VendorName string `json:"vendor_name"`
	Version    string `json:"version,omitzero"`
}

type ocsfInfo struct {
	UID           string        `json:"uid"`
	Title         string        `json:"title,omitzero"`
	Desc          string        `json:"desc,omitzero"`
	CreatedTime   int64         `json:"created_time,omitzero"`
	ModifiedTime  int64         `json:"modified_time,omitzero"`
	FirstSeenTime int64         `json:"first_seen_time,omitzero"`
	Analytic      ocsfAnalytic  `json:"analytic"`
	RelatedEvents []ocsfRelated `json:"related_events,omitzero"`
}

type ocsfRelated struct {
	UID string `json:"uid"`
}

type ocsfAnalytic struct {
	TypeID  int    `json:"type_id"`
	Type    string `json:"type"`
	UID     string `json:"uid"`
	Name    string `json:"name,omitzero"`
	Version string `json:"version,omitzero"`
}

type ocsfCompliance struct {
	Control      string   `json:"control,omitzero"`
	Requirements []string `json:"requirements,omitzero"`
	Standards    []string `json:"standards,omitzero"`
	StatusID     int      `json:"status_id"`
	Status       string   `json:"status"`
}

type ocsfResource struct {
	UID  string `json:"uid"`
	Type string `json:"type"`
}

// ocsfEvidence is an artifact that a finding rests on.
type ocsfEvidence struct {
	Data ocsfCompared `json:"data"`
}

// ocsfCompared is what was seen beside what was expected.
type ocsfCompared struct {
	Seen     string `json:"seen"`
	Expected string `json:"expected"`
}

// ocsfUnmapped is what OCSF has no place for.
type ocsfUnmapped struct {
	Result        string   `json:"result"`
	Subject       string   `json:"subject,omitzero"`
	Capture       string   `json:"capture,omitzero"`
	App           string   `json:"app,omitzero"`
	PolicyVersion string   `json:"policy_version,omitzero"`
	Disposition   string   `json:"disposition,omitzero"`
	Predecessors  []string `json:"predecessors,omitzero"`
	Successor     string   `json:"successor,omitzero"`
}

// Write writes a line of JSON a finding, each an OCSF Compliance Finding.
func (o OCSF) Write(w io.Writer, list iter.Seq2[Finding, error]) error {
	for f, err := range list {
		if err != nil {
			return err
		}
		if err := line(w, o.finding(f)); err != nil {
			return err
		}
	}
	return nil
}

// A caption is a number of OCSF's with the word that it stands for.
type caption struct {
	id   int
	name string
}

func (o OCSF) finding(f Finding) ocsfFinding {
	r := o.Rule(f.Rule)
	activity, severity, status := activityOf(f), severityOf(f.Severity), statusOf(f.Status)
	result := caption{3, "Fail"}
	if f.Result != "fail" {
		result = caption{0, "Unknown"} // what is not known is neither a pass nor a failure
	}
	out := ocsfFinding{
		ActivityID: activity.id, ActivityName: activity.name, CategoryUID: 2, CategoryName: "Findings", ClassUID: 2003, ClassName: "Compliance Finding",
		TypeUID: 200300 + activity.id, TypeName: "Compliance Finding: " + activity.name,
		Time: cmp.Or(millis(f.DetectedAt), millis(f.FirstAt)), StartTime: millis(f.FirstAt),
		SeverityID: severity.id, Severity: severity.name, StatusID: status.id, Status: status.name, StatusDetail: f.Why, Message: f.Message,
		Metadata: ocsfMetadata{
			Version: OCSFVersion, Product: ocsfProduct{Name: "Rollcall", VendorName: "Rollcall", Version: o.Version}, Profiles: []string{"incident"}, TenantUID: f.Tenant,
		},
		FindingInfo: ocsfInfo{
			UID: f.ID, Title: cmp.Or(r.Title, f.Rule), Desc: f.Message, CreatedTime: millis(f.DetectedAt), ModifiedTime: millis(f.ChangedAt), FirstSeenTime: millis(f.FirstAt),
			Analytic: ocsfAnalytic{TypeID: 1, Type: "Rule", UID: f.Rule, Name: r.Title, Version: versionOf(f.RuleVersion)},
		},
		Compliance: ocsfCompliance{Control: r.Section, StatusID: result.id, Status: result.name},
		Unmapped: ocsfUnmapped{
			Result: f.Result, Subject: f.Subject, Capture: f.Capture, App: f.App, PolicyVersion: f.PolicyVersion, Disposition: f.Disposition,
			Predecessors: f.Predecessors, Successor: f.Successor,
		},
	}
	if r.Control != "" {
		out.Compliance.Requirements = []string{r.Control}
	}
	if r.Document != "" {
		out.Compliance.Standards = []string{r.Document}
	}
	if r.Remediation != "" {
		out.Remediation = &ocsfDesc{r.Remediation}
	}
	for _, id := range f.Evidence {
		out.FindingInfo.RelatedEvents = append(out.FindingInfo.RelatedEvents, ocsfRelated{id})
	}
	for _, x := range []ocsfResource{{f.CallID, "call"}, {f.RawID, "user"}} {
		if x.UID != "" {
			out.Resources = append(out.Resources, x)
		}
	}
	if f.Seen != "" || f.Expected != "" {
		out.Evidences = []ocsfEvidence{{Data: ocsfCompared{f.Seen, f.Expected}}}
	}
	out.say(f)
	return out
}

// say fills in what persons said.
func (out *ocsfFinding) say(f Finding) {
	if f.Owner != "" {
		out.Assignee = &ocsfUser{f.Owner}
	}
	if n := len(f.Notes); n > 0 {
		out.Comment = f.Notes[n-1].Text
	}
	verdict := caption{}
	switch f.Disposition {
	case schema.DispositionFalsePositive:
		verdict = caption{1, "False Positive"}
	case schema.DispositionTrue:
		verdict = caption{2, "True Positive"}
	case schema.DispositionAcceptedRisk:
		verdict = caption{99, f.Disposition}
	}
	out.VerdictID, out.Verdict = verdict.id, verdict.name
}

func millis(t timeline.Instant) int64 {
	if at := t.Time(); !at.IsZero() {
		return at.UnixMilli()
	}
	return 0
}

func activityOf(f Finding) caption {
	switch f.Status {
	case schema.FindingClosed, schema.FindingWithdrawn, schema.FindingSuperseded:
		return caption{3, "Close"}
	}
	if !f.ChangedAt.Known() {
		return caption{1, "Create"}
	}
	return caption{2, "Update"}
}

func statusOf(s string) caption {
	switch s {
	case schema.FindingNew:
		return caption{1, "New"}
	case schema.FindingInProgress:
		return caption{2, "In Progress"}
	case schema.FindingSuppressed:
		return caption{3, "Suppressed"}
	case schema.FindingClosed:
		return caption{4, "Resolved"}
	}
	return caption{99, s} // OCSF has none for what evidence closed
}

func severityOf(s string) caption {
	switch schema.Severity(s) {
	case schema.SeverityInfo:
		return caption{1, "Informational"}
	case schema.SeverityLow:
		return caption{2, "Low"}
	case schema.SeverityMedium:
		return caption{3, "Medium"}
	case schema.SeverityHigh:
		return caption{4, "High"}
	case schema.SeverityCritical:
		return caption{5, "Critical"}
	}
	return caption{99, s}
}
