import { NotFoundState } from "../ui/not-found-state.tsx";

export default function NotFound() {
  return (
    <main className="px-4">
      <NotFoundState />
    </main>
  );
}
