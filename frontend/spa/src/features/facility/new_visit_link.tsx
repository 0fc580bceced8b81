import { Link } from "react-router";
import { may } from "../../bootstrap";

/** The way to the form of a visit, of a proposal where one is named. */
export function NewVisitLink({ proposal = "" }: { proposal?: string }) {
  if (!may("account:manage")) return null;
  const words = proposal ? `?proposal=${encodeURIComponent(proposal)}` : "";
  return (
    <Link className="button button-primary" to={`/facility/visits/new${words}`}>
      New visit
    </Link>
  );
}
