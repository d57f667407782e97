/** Puts the writing mark into the first field of the dialog that has just opened. */
export function focusDialog(): void {
  const open = [...document.querySelectorAll<HTMLElement>('.el-dialog')].filter((d) => d.checkVisibility()).at(-1)
  open?.querySelector<HTMLElement>('input, textarea')?.focus()
}
