import { HomeSkeleton } from "#components/home/home-skeleton.tsx";

export default function Loading() {
  return <HomeSkeleton />;
}
