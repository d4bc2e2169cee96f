/** The build writes the dictionary before it bundles the worker (scripts/build-views.ts). */
declare module '*.txt' {
  const text: string
  export default text
}
