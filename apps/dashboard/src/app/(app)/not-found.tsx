import Link from "next/link";

export default function NotFound() {
  return (
    <div className="mx-auto mt-10 max-w-lg rounded-lg border border-line bg-surface p-5">
      <h1 className="font-semibold">There is nothing here.</h1>
      <p className="mt-2 text-soft">
        The address may be cut, or the row was outside what is kept.{" "}
        <Link href="/calls" className="text-accent hover:underline">
          All calls
        </Link>
      </p>
    </div>
  );
}
