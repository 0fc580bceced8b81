import { Link } from "react-router";
import { may } from "../../bootstrap";
import { Button } from "../../components/parts";

/** What is done with the form. */
export type Way = "now" | "queue" | "propose" | "save";

interface SubmitButtonsProps {
  isEdit: boolean;
  isAllowed: boolean;
  isBusy: boolean;
  onSubmit: (way: Way) => void;
}

/** What may be done with the form: save it, run or queue it, or propose it to who may. */
export function SubmitButtons({ isEdit, isAllowed, isBusy, onSubmit }: SubmitButtonsProps) {
  if (isEdit) {
    return (
      <>
        <Button type="submit" kind="primary" busy={isBusy} disabled={!isAllowed}>
          Save changes
        </Button>
        <Link className="button button-plain" to="/queue">
          Back without saving
        </Link>
      </>
    );
  }
  if (!isAllowed) {
    return may("queue:propose") ? (
      <Button type="submit" kind="primary" busy={isBusy}>
        Propose
      </Button>
    ) : null;
  }
  return (
    <>
      {may("engine:control") && (
        <Button type="submit" kind="primary" icon="play" busy={isBusy}>
          Run now
        </Button>
      )}
      <Button icon="plus" busy={isBusy} onClick={() => onSubmit("queue")}>
        Add to queue
      </Button>
    </>
  );
}
