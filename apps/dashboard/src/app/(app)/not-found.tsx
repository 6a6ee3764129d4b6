import { listOwnProjects } from "../../data/viewer.ts";
import { NotFoundState } from "../../ui/not-found-state.tsx";

export default async function NotFound() {
  return <NotFoundState projects={await listOwnProjects()} />;
}
