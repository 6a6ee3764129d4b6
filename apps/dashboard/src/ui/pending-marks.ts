/** Marks a control whose answer is on its way: until it is here the rows of before stand there, and look like it. */
export const pendingMarks = (isPending: boolean) => ({
  "aria-busy": isPending,
  "data-pending": isPending || undefined,
});
