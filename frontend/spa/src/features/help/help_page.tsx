import { useState } from "react";
import { Link } from "react-router";
import { may } from "../../bootstrap";
import { Card, TableRegion } from "../../components/parts";
import { Page } from "../frame/page";
import { hasSingleKeys, SHORTCUTS, type Shortcut, setSingleKeys } from "../frame/shortcuts";
import { GUIDE, type Guide } from "./guide";

export default function HelpPage() {
  return (
    <Page title="Help" lead="What to do where, and which keys do it.">
      <div className="help-grid">
        <Card title="How do I …">
          {GUIDE.filter(({ scope }) => !scope || may(scope)).map((guide) => (
            <Answer key={guide.question} guide={guide} />
          ))}
        </Card>
        <div>
          <Shortcuts />
          <Card title="From a program">
            <ul className="help-links">
              <li>
                <a href="/api/">The REST API</a>: each route with what it takes and gives, and as OpenAPI
              </li>
              <li>
                <a href="/account/tokens">API keys</a> for scripts and notebooks
              </li>
              <li>
                <a href="/status">Whether all of Beamport works</a>
              </li>
            </ul>
          </Card>
        </div>
      </div>
    </Page>
  );
}

function Answer({ guide }: { guide: Guide }) {
  return (
    <details className="help-answer">
      <summary>{guide.question}</summary>
      <ol>
        {guide.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      {guide.to && (
        <p>
          <Link to={guide.to}>Go there</Link>
        </p>
      )}
    </details>
  );
}

const GROUPS: Shortcut["group"][] = ["Everywhere", "Beamline", "Go to"];

function Shortcuts() {
  const [isOn, setOn] = useState(hasSingleKeys);
  return (
    <Card title="Shortcuts">
      <label className="help-switch">
        <input
          type="checkbox"
          checked={isOn}
          onChange={(event) => {
            setSingleKeys(event.target.checked);
            setOn(event.target.checked);
          }}
        />
        Keys without Ctrl do something (kept in this browser)
      </label>
      <TableRegion label="Shortcuts">
        <table className="table">
          {GROUPS.map((group) => (
            <tbody key={group}>
              <tr>
                <th scope="rowgroup" colSpan={2}>
                  {group}
                </th>
              </tr>
              {SHORTCUTS.filter((one) => one.group === group).map((one) => (
                <tr key={one.keys}>
                  <td>
                    <Keys keys={one.keys} />
                  </td>
                  <td>{one.title}</td>
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      </TableRegion>
    </Card>
  );
}

function Keys({ keys }: { keys: string }) {
  const parts = keys.length > 1 ? keys.split(/[+ ]/) : [keys];
  return (
    <>
      {parts.map((part, index) => (
        <span key={part}>
          {index > 0 && (keys.includes("+") ? " + " : " then ")}
          <kbd>{part}</kbd>
        </span>
      ))}
    </>
  );
}
