interface PersonNameProps {
  display_name: string;
  username: string;
}

/** A person by name, and by user name where that is another word. */
export function PersonName({ display_name, username }: PersonNameProps) {
  return (
    <>
      {display_name} {display_name !== username && <span className="muted">{username}</span>}
    </>
  );
}
